package api_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// scan returns all rows of acme/vision/r.
func scan(tb testing.TB, a *api.API, options ...api.HistoryOption) ([]api.Row, error) {
	tb.Helper()
	run, err := a.Run(tb.Context(), "acme/vision/r")
	require.NoError(tb, err)
	var rows []api.Row
	for row, err := range run.History(tb.Context(), options...) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func TestHistory_AnyDistributionOfSteps_YieldsEveryRowOnceInOrder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		n    int
		step func(i int) int64
	}{
		"none":            {0, nil},
		"one":             {1, func(int) int64 { return 0 }},
		"one, late":       {1, func(int) int64 { return 5_000_000 }},
		"dense":           {9_000, func(i int) int64 { return int64(i) }},
		"every tenth":     {5_000, func(i int) int64 { return int64(i) * 10 }},
		"sparse":          {2_000, func(i int) int64 { return int64(i) * 1_000_003 }},
		"two of a step":   {6_000, func(i int) int64 { return int64(i / 2) }},
		"all of one step": {3_000, func(int) int64 { return 7 }},
		"dense in places": {8_000, func(i int) int64 { return int64(i) + int64(i/2_000)*10_000_000 }},
		"just a page":     {1_000, func(i int) int64 { return int64(i) }},
		"one more":        {1_001, func(i int) int64 { return int64(i) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, a := serve(t)
			want := make([]int64, tc.n)
			post(t, c, srv, "r", lines(tc.n, func(i int) string {
				want[i] = tc.step(i)
				return fmt.Sprintf(`{"_step":%d,"i":%d}`, want[i], i)
			})...)
			rows, err := scan(t, a)
			require.NoError(t, err)
			require.Len(t, rows, tc.n)
			for i, row := range rows {
				require.Equal(t, want[i], row.Step())
				require.Equal(t, int64(i), row["i"])
			}
			assert.Less(t, len(srv.Requests()), 200, "steps that are far apart need no request each")
		})
	}
}

// A server may send a selection if a page has many rows.
func TestHistory_LargeRows_PagesStaySmall(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	text := strings.Repeat("x", 8_000)
	post(t, c, srv, "r", lines(1500, func(i int) string { return fmt.Sprintf(`{"_step":%d,"text":%q}`, i, text) })...)
	pages := 0
	srv.Inject(wandbtest.Fault{Operation: "RunRows", Match: func(*http.Request, []byte) bool { pages++; return false }})
	rows, err := scan(t, a)
	require.NoError(t, err)
	assert.Len(t, rows, 1500)
	assert.Greater(t, pages, 3)
}

func TestHistory_KeysAndRange_ReadOnlyThose(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(3000, func(i int) string {
		if i%2 == 1 {
			return fmt.Sprintf(`{"_step":%d,"loss":%d}`, i, i)
		}
		return fmt.Sprintf(`{"_step":%d,"loss":NaN,"val/loss":-Infinity,"text":"NaN"}`, i)
	})...)
	rows, err := scan(t, a, api.Keys("loss", "val/loss"), api.Range(10, 2500))
	require.NoError(t, err)
	require.Len(t, rows, 1245)
	for i, row := range rows {
		require.Equal(t, int64(10+2*i), row.Step())
		require.Len(t, row, 3)
		loss, ok := row.Float("loss")
		require.True(t, ok && math.IsNaN(loss))
		worst, _ := row.Float("val/loss")
		require.True(t, math.IsInf(worst, -1))
	}
	rows, err = scan(t, a, api.Range(2990, 5000))
	require.NoError(t, err)
	assert.Equal(t, []int64{2990, 2991, 2992, 2993, 2994, 2995, 2996, 2997, 2998, 2999}, steps(rows))
	assert.Equal(t, "NaN", rows[0]["text"])
	rows, err = scan(t, a, api.Range(5000, 6000))
	require.NoError(t, err)
	assert.Empty(t, rows)
	rows, err = scan(t, a, api.Keys("none"))
	require.NoError(t, err)
	assert.Empty(t, rows)
}

func TestHistory_LoopOrContextEnds_NothingIsLeftRunning(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(20_000, line)...)
	run, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	n := 0
	for _, err := range run.History(t.Context()) {
		require.NoError(t, err)
		if n++; n == 1500 {
			break
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	enough := errors.New("enough")
	var last error
	n = 0
	for row, err := range run.History(ctx) {
		if last = err; err == nil {
			n++
			if row.Step() == 1200 {
				cancel(enough)
			}
		}
	}
	require.ErrorIs(t, last, enough)
	assert.ErrorContains(t, last, fmt.Sprintf("after %d rows of run acme/vision/r: ", n))
	for _, err := range run.History(ctx) {
		last = err
	}
	assert.ErrorContains(t, last, "after 0 rows of run acme/vision/r: ")
	assert.Less(t, n, 20_000)
}

func TestHistory_Refused_IsDiagnosedAfterTheRowsSoFar(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(5000, line)...)
	srv.Inject(wandbtest.Fault{Operation: "RunRows", After: 2, Status: 403, Body: `{"errors":[{"message":"permission denied","path":["project"],"extensions":{"code":"PERMISSION_ERROR"}}]}`})
	rows, err := scan(t, a)
	assert.Len(t, rows, 1000)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	assert.ErrorContains(t, err, "after 1000 rows of run acme/vision/r: read run acme/vision")
}

func TestHistory_InvalidRow_FollowsTheRowsBefore(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(5, line)...)
	srv.Inject(wandbtest.Fault{Operation: "RunRows", Status: 200, Body: `{"data":{"project":{"bucket":{"history":["{\"_step\":0}","{\"_step\":1}","{\"_step\":"]}}}}`})
	rows, err := scan(t, a)
	assert.Equal(t, []int64{0, 1}, steps(rows))
	require.ErrorIs(t, err, errors.ErrUnexpectedAnswer)
	assert.ErrorContains(t, err, "after 2 rows of run acme/vision/r: ")
}

func TestHistory_InvalidResponse_IsUnexpected(t *testing.T) {
	t.Parallel()
	for name, body := range map[string][2]string{
		"row":       {"RunRows", `{"data":{"project":{"bucket":{"history":["{\"_step\":"]}}}}`},
		"rows":      {"RunRows", `{"data":{"project":{"bucket":{"history":[{"_step":0}]}}}}`},
		"last step": {"RunHistoryKeys", `{"data":{"project":{"run":{"historyKeys":{"lastStep":"x"}}}}}`},
		"keys":      {"RunHistoryKeys", `{"data":{"project":{"run":{"historyKeys":[]}}}}`},
	} {
		srv, c, a := serve(t)
		post(t, c, srv, "r", lines(5, line)...)
		srv.Inject(wandbtest.Fault{Operation: body[0], Status: 200, Body: body[1]})
		_, err := scan(t, a)
		require.ErrorIs(t, err, errors.ErrUnexpectedAnswer, name)
	}
}

func TestHistory_ExportedRowsShown_AreReadWithoutParquet(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t, wandbtest.WithPolicy(wandbtest.Policy{ExportedRows: 1500}))
	post(t, c, srv, "r", lines(2000, line)...)
	rows, err := scan(t, a)
	require.NoError(t, err)
	assert.Len(t, rows, 2000)
	rows, err = scan(t, a, api.Keys("loss"))
	require.NoError(t, err)
	assert.Len(t, rows, 2000)
}

func TestHistory_ExportedRowsHidden_NeedParquet(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t, wandbtest.WithPolicy(wandbtest.Policy{ExportedRows: 1500, ExportedRowsHidden: true}))
	post(t, c, srv, "r", lines(2000, func(i int) string { return line(i * 3) })...)
	_, err := scan(t, a)
	require.ErrorIs(t, err, errors.ErrRowsExported)
	rows, err := scan(t, a, api.Range(4500, 5000))
	require.NoError(t, err, "these are not exported")
	assert.Len(t, rows, 167)

	// The file overlaps with the live rows, and has a row twice.
	require.NoError(t, srv.SetFile("acme", "vision", "r", "history.parquet", []byte("PAR1")))
	var asked []string
	reader := func(file io.ReaderAt, size int64, keys []string) iter.Seq2[api.Row, error] {
		return func(yield func(api.Row, error) bool) {
			head := make([]byte, size)
			_, err := file.ReadAt(head, 0)
			require.NoError(t, err)
			require.Equal(t, "PAR1", string(head))
			asked = keys
			for i := range 1510 {
				for range 1 + i%2 {
					if !yield(api.Row{"_step": int64(i * 3), "loss": i * 3}, nil) {
						return
					}
				}
			}
		}
	}
	rows, err = scan(t, a, api.Parquet(reader), api.Keys("loss"))
	require.NoError(t, err)
	require.Len(t, rows, 2000)
	for i, row := range rows {
		require.Equal(t, int64(i*3), row.Step())
	}
	assert.Equal(t, []string{"_step", "loss"}, asked)
	rows, err = scan(t, a, api.Parquet(reader), api.Range(3, 9))
	require.NoError(t, err)
	assert.Equal(t, []int64{3, 6}, steps(rows))
	broken := func(io.ReaderAt, int64, []string) iter.Seq2[api.Row, error] {
		return func(yield func(api.Row, error) bool) { yield(nil, errors.New("no footer")) }
	}
	_, err = scan(t, a, api.Parquet(broken))
	assert.ErrorContains(t, err, "read exported rows: no footer")
}

func TestSample_KeysAndWithout_SpreadsRows(t *testing.T) {
	t.Parallel()
	srv, c, a := serve(t)
	post(t, c, srv, "r", lines(100, line)...)
	run, err := a.Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	rows, err := run.Sample(t.Context(), 5, "loss")
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 20, 40, 60, 80}, steps(rows))
	rows, err = run.Sample(t.Context(), 4)
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 25, 50, 75}, steps(rows))
	_, err = run.Sample(t.Context(), 0)
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}
