package parquet_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/parquet"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func seq(rows ...api.Row) iter.Seq2[api.Row, error] {
	return func(yield func(api.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func written(t *testing.T, rows ...api.Row) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, parquet.Write(&b, seq(rows...)))
	return b.Bytes()
}

func read(t *testing.T, file []byte, keys ...string) []api.Row {
	t.Helper()
	var rows []api.Row
	for row, err := range parquet.Read(bytes.NewReader(file), int64(len(file)), keys) {
		require.NoError(t, err)
		rows = append(rows, row)
	}
	return rows
}

func TestWrite_EveryType_IsReadBack(t *testing.T) {
	t.Parallel()
	file := written(t,
		api.Row{"_step": int64(0), "loss": math.Inf(-1), "ok": true, "name": "ä", "mixed": int64(1), "list": []any{int64(1), math.Inf(1)}, "number": int64(2), "null": nil},
		api.Row{"_step": int64(1), "name": "", "mixed": "x", "list": map[string]any{"a": math.NaN(), "b": math.Inf(-1)}, "number": 0.5},
		api.Row{"_step": int64(math.MaxInt64), "mixed": false},
	)
	assert.Equal(t, []api.Row{
		{"_step": int64(0), "loss": math.Inf(-1), "ok": true, "name": "ä", "mixed": "1", "list": `[1,"Infinity"]`, "number": 2.0},
		{"_step": int64(1), "name": "", "mixed": "x", "list": `{"a":"NaN","b":"-Infinity"}`, "number": 0.5},
		{"_step": int64(math.MaxInt64), "mixed": "false"},
	}, read(t, file))
	assert.Equal(t, []api.Row{{"_step": int64(0), "number": 2.0}, {"_step": int64(1), "number": 0.5}}, read(t, file, "_step", "number"))
	assert.Empty(t, read(t, file, "_step", "none"))
	nan := read(t, written(t, api.Row{"_step": int64(0), "loss": math.NaN()}))
	assert.True(t, math.IsNaN(nan[0]["loss"].(float64))) //nolint:forcetypeassert // a test
}

func TestRead_DamagedFile_ReturnsError(t *testing.T) {
	t.Parallel()
	var rows []api.Row
	for i := range 1000 {
		rows = append(rows, api.Row{"_step": int64(i), "loss": 1 / float64(i+1)})
	}
	whole := written(t, rows...)
	require.Len(t, read(t, whole), 1000)
	for _, damaged := range [][]byte{nil, []byte("PAR1"), whole[:len(whole)/2], slices.Concat(whole[:8], make([]byte, len(whole)-16), whole[len(whole)-8:])} {
		var last error
		for _, err := range parquet.Read(bytes.NewReader(damaged), int64(len(damaged)), nil) {
			last = err
		}
		assert.ErrorContains(t, last, "read parquet file: ")
	}
}

func TestWrite_RowsFail_ReturnsTheirError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	err := parquet.Write(io.Discard, func(yield func(api.Row, error) bool) { yield(nil, broken) })
	require.ErrorIs(t, err, broken)
}

func TestHistory_ExportedRows_AreReadFromTheFile(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{ExportedRows: 3}))
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer c.Close()
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, srv.SetHistory("acme", "vision", "r", []string{`{"_step":0,"loss":4}`, `{"_step":1,"loss":3}`, `{"_step":2,"loss":2}`, `{"_step":3,"loss":1}`}))
	file := written(t, api.Row{"_step": int64(0), "loss": 4.0}, api.Row{"_step": int64(1), "loss": 3.0}, api.Row{"_step": int64(2), "loss": 2.0}, api.Row{"_step": int64(3), "loss": 9.0})
	require.NoError(t, srv.SetFile("acme", "vision", "r", "history.parquet", file))
	stored, err := api.New(c).Run(t.Context(), "acme/vision/r")
	require.NoError(t, err)
	for _, options := range [][]api.HistoryOption{{api.Parquet(parquet.Read)}, {api.Parquet(parquet.Read), api.Keys("loss")}} {
		var losses []float64
		for row, err := range stored.History(t.Context(), options...) {
			require.NoError(t, err)
			loss, _ := row.Float("loss")
			losses = append(losses, loss)
			assert.EqualValues(t, len(losses)-1, row.Step())
		}
		assert.Equal(t, []float64{4, 3, 2, 1}, losses, "each step once, the live row of a step that is in both")
	}
}

// TestWrite_MillionRows_IsMeasured takes seconds, so it runs only if WANDGO_TEST_LONG is set.
func TestWrite_MillionRows_IsMeasured(t *testing.T) { //nolint:paralleltest // it measures
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	const n = 1_000_000
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	rows := func(yield func(api.Row, error) bool) {
		for i := range n {
			row := api.Row{"_step": int64(i)}
			for k, name := range names {
				row[name] = float64(i) / float64(k+3)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	var b bytes.Buffer
	began := time.Now()
	require.NoError(t, parquet.Write(&b, rows))
	wrote := time.Since(began)
	began = time.Now()
	count := int64(0)
	for row, err := range parquet.Read(bytes.NewReader(b.Bytes()), int64(b.Len()), nil) {
		require.NoError(t, err)
		if row.Step() != count {
			require.Equal(t, count, row.Step())
		}
		count++
	}
	assert.EqualValues(t, n, count)
	t.Logf("%d rows × %d: written in %v, read in %v, %d MB", n, len(names), wrote, time.Since(began), b.Len()>>20)
}
