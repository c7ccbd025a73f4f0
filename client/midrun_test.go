package client_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// log logs rows numbered from to to-1.
func log(t *testing.T, run *client.Run, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		require.NoError(t, run.Log(map[string]any{"i": i}))
	}
}

// stored waits until the server has n rows of the run.
func stored(t *testing.T, s *wandbtest.Server, run *client.Run, n int) wandbtest.RunView {
	t.Helper()
	v, err := s.WaitRun(t.Context(), run.Entity(), run.Project(), run.ID(), func(v wandbtest.RunView) bool { return len(v.HistoryLines) >= n })
	require.NoError(t, err)
	return v
}

// failed waits until the run's upload has ended, logging on meanwhile, and
// returns the number of the next row.
func failed(t *testing.T, run *client.Run, next int) int {
	t.Helper()
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for run.Err() == nil {
		log(t, run, next, next+1)
		next++
		select {
		case <-t.Context().Done():
			t.Fatal("the upload never ended")
		case <-pace.C:
		}
	}
	return next
}

// assertRowsOnce checks that the disk has rows 0 to n-1, each once and in order,
// that the server has the first of them, and that the disk does not claim more.
func assertRowsOnce(t *testing.T, s *wandbtest.Server, run *client.Run, n int) {
	t.Helper()
	v, ok := s.Run(run.Entity(), run.Project(), run.ID())
	require.True(t, ok)
	kept := onDisk(t, run.Dir())
	require.Len(t, kept.Rows, n)
	for _, rows := range [][]map[string]any{kept.Rows, v.History()} {
		for i, row := range rows {
			require.InDelta(t, i, row["i"], 0)
			require.InDelta(t, i, row["_step"], 0)
		}
	}
	if kept.Dir.Synced() {
		assert.Len(t, v.HistoryLines, n)
	} else {
		uploaded, ok := kept.Dir.LoadUploaded()
		assert.True(t, ok)
		assert.LessOrEqual(t, uploaded.History, int64(len(v.HistoryLines)))
	}
	assert.Zero(t, v.Missing)
}

// TestRefusedMidway changes the world under a run. Training goes on, the reason
// is found out, and no row is lost or doubled.
func TestRefusedMidway(t *testing.T) {
	t.Parallel()
	acme := func(f func(s *wandbtest.Server, run *client.Run) error) func(*wandbtest.Server, *client.Run) error {
		return f
	}
	tests := []struct {
		name   string
		change func(s *wandbtest.Server, run *client.Run) error
		cause  error // nil where undetermined
	}{
		{"role lowered", acme(func(s *wandbtest.Server, _ *client.Run) error {
			return s.SetRole("acme", "member", wandbtest.RoleViewer)
		}), errors.ErrViewerRole},
		{"key revoked", acme(func(s *wandbtest.Server, _ *client.Run) error { return s.RevokeKey(key("member")) }), errors.ErrBadAPIKey},
		{"removed from the team", acme(func(s *wandbtest.Server, _ *client.Run) error { return s.RemoveMember("acme", "member") }), errors.ErrNotTeamMember},
		{"seat taken", acme(func(s *wandbtest.Server, _ *client.Run) error {
			return s.SetSeat("corp", "member", wandbtest.SeatViewer)
		}), errors.ErrSeatRequired},
		{"team frozen", acme(func(s *wandbtest.Server, _ *client.Run) error { return s.SetFrozen("acme", true) }), errors.ErrTeamFrozen},
		{"project restricted", acme(func(s *wandbtest.Server, _ *client.Run) error {
			return s.SetScope("acme", "team", wandbtest.ScopeRestricted)
		}), errors.ErrPermissionDenied},
		{"run deleted", acme(func(s *wandbtest.Server, run *client.Run) error {
			return s.DeleteRun("acme", "team", run.ID())
		}), errors.ErrRunDeleted},
		{"200 with an error in it", acme(func(s *wandbtest.Server, _ *client.Run) error {
			s.Inject(wandbtest.Fault{Operation: "file_stream", Body: `{"error":"permission denied"}`})
			return s.SetRole("acme", "member", wandbtest.RoleViewer)
		}), nil},
		{"410", acme(func(s *wandbtest.Server, _ *client.Run) error {
			s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 410, Body: `{"error":"gone"}`})
			return nil
		}), errors.ErrUnexpectedAnswer},
		{"proxy", acme(func(s *wandbtest.Server, _ *client.Run) error {
			s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 403, Body: loginPage})
			return nil
		}), errors.ErrIntermediary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			told := make(chan error, 2)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			log(t, run, 0, 10)
			stored(t, s, run, 10)
			require.NoError(t, run.Err())
			require.NoError(t, tt.change(s, run))
			next := failed(t, run, 10)
			lost := <-told
			log(t, run, next, next+10)
			err = run.Finish(t.Context())
			require.Error(t, err, "Finish says that the server does not have everything")
			if tt.cause != nil {
				require.ErrorIs(t, err, tt.cause)
				require.ErrorIs(t, run.Err(), tt.cause)
				require.ErrorIs(t, lost, tt.cause, "the hook is told the cause")
			}
			assert.Empty(t, told, "and only once")
			t.Log(run.Err())
			assertRowsOnce(t, s, run, next+10)
			kept := onDisk(t, run.Dir())
			assert.False(t, kept.Dir.Synced())
			assert.NotEmpty(t, kept.Refusal)
			assert.NotContains(t, string(kept.Refusal), key("member"))
		})
	}
}

// TestSurvivesTrouble: what passes is waited for, and nothing is stored twice.
func TestSurvivesTrouble(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wandbtest.Fault{
		"503 for a while":          {Status: 503, Count: 5},
		"502 though it was stored": {Status: 502, Process: true, Count: 3},
		"429 for a while":          {Status: 429, Count: 3},
		"cut before":               {Cut: wandbtest.CutBefore, Count: 3},
		"cut after it was stored":  {Cut: wandbtest.CutAfter, Count: 3},
		"cut in the answer":        {Cut: wandbtest.CutMidBody, Count: 3},
		"garbage for an answer":    {Garbage: true, Process: true, Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			fault.Operation = "file_stream"
			hit := s.Inject(fault)
			log(t, run, 0, 100)
			require.NoError(t, hit.Wait(t.Context(), fault.Count))
			log(t, run, 100, 200)
			require.NoError(t, run.Finish(t.Context()))
			require.NoError(t, run.Err())
			assert.True(t, onDisk(t, run.Dir()).Dir.Synced())
			assertRowsOnce(t, s, run, 200)
		})
	}
}

// TestFinishWithoutTime: when ctx ends first, what the server lacks is on disk,
// and Finish does not outstay ctx, not even to find out why.
func TestFinishWithoutTime(t *testing.T) {
	t.Parallel()
	t.Run("server hangs", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		c := newClient(t, s, key("member"), quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
		require.NoError(t, err)
		log(t, run, 0, 10)
		stored(t, s, run, 10)
		hang := s.Inject(wandbtest.Fault{Operation: "file_stream", Hang: true})
		log(t, run, 10, 20)
		require.NoError(t, hang.Wait(t.Context(), 1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = run.Finish(ctx)
		require.ErrorIs(t, err, context.Canceled)
		assertRowsOnce(t, s, run, 20)
		v, _ := s.Run("acme", "team", run.ID())
		assert.Equal(t, "running", v.State)
		assert.Equal(t, err, run.Finish(t.Context()), "the first answer stands")
	})
	t.Run("questions hang", func(t *testing.T) {
		t.Parallel()
		s := wandbtest.New(t, everybody())
		questions := s.Inject(wandbtest.Fault{Match: isQuestion, Hang: true})
		c := newClient(t, s, key("member"), quickly, func(o *client.Options) { o.DiagnosisTimeout = time.Hour })
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
		require.NoError(t, err)
		require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
		log(t, run, 0, 10)
		require.NoError(t, questions.Wait(t.Context(), 1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = run.Finish(ctx)
		require.ErrorIs(t, err, errors.ErrPermissionDenied)
		assertRowsOnce(t, s, run, 10)
	})
}

// TestFinishManyTimes: one of them works, all say the same, also about failure.
func TestFinishManyTimes(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		t.Run(fmt.Sprintf("refused %v", refused), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			if refused {
				require.NoError(t, s.SetRole("acme", "member", wandbtest.RoleViewer))
			}
			var all sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				all.Go(func() {
					// Rows may come while others finish; each is kept or refused.
					if err := run.Log(map[string]any{"x": 1}); err != nil {
						assert.ErrorIs(t, err, errors.ErrRunFinished)
					}
					errs[i] = run.FinishWithCode(t.Context(), 3)
				})
			}
			all.Wait()
			for _, err := range errs {
				assert.Equal(t, errs[0], err)
			}
			v, _ := s.Run("acme", "team", run.ID())
			if refused {
				require.ErrorIs(t, errs[0], errors.ErrViewerRole)
				return
			}
			require.NoError(t, errs[0])
			assert.Equal(t, "failed", v.State)
			require.NotNil(t, v.ExitCode)
			assert.Equal(t, 3, *v.ExitCode)
		})
	}
}

// TestLogOddValues: what cannot be encoded is left out and named; the rest of
// the row, NaN and infinity included, is logged.
func TestLogOddValues(t *testing.T) {
	t.Parallel()
	loop := map[string]any{}
	loop["again"] = loop
	deep := map[string]any{}
	for range 200 {
		deep = map[string]any{"d": deep}
	}
	for name, bad := range map[string]any{
		"channel": make(chan int), "function": func() {}, "complex": complex(1, 2),
		"map that contains itself": loop, "map too deep": map[string]any{"x": 1, "y": deep},
		"text too long": strings.Repeat("x", 11<<20), "list that cannot be": []any{1, make(chan int)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			row := map[string]any{"i": 0, "nan": math.NaN(), "inf": math.Inf(1), "minus": math.Inf(-1), "bad": bad}
			err = run.Log(row)
			if name != "channel" && name != "function" && name != "complex" && name != "list that cannot be" {
				require.ErrorIs(t, err, errors.ErrInvalidInput)
				assert.Contains(t, err.Error(), "bad")
				assert.Less(t, len(err.Error()), 1000)
			}
			require.NoError(t, run.Log(map[string]any{"i": 1}))
			require.NoError(t, run.Finish(t.Context()))
			v, _ := s.Run("acme", "team", run.ID())
			rows := v.History()
			require.Len(t, rows, 2)
			assert.True(t, math.IsNaN(rows[0]["nan"].(float64)))
			assert.True(t, math.IsInf(rows[0]["inf"].(float64), 1))
			assert.True(t, math.IsInf(rows[0]["minus"].(float64), -1))
			assert.True(t, math.IsNaN(v.Summary["nan"].(float64)))
			assert.Less(t, len(v.RawSummary), 10000, "what the history cannot hold, the summary need not")
		})
	}
}

// TestSummaryMatchesHistory: what the last row says about a metric is what the
// summary says, the client's own keys included.
func TestSummaryMatchesHistory(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"i": 0, "_timestamp": 1234.5}))
	require.Error(t, run.Log(map[string]any{"i": 1, "": "no name", "_timestamp": 1235.5}))
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "team", run.ID())
	rows := v.History()
	require.Len(t, rows, 2)
	last := rows[1]
	assert.InDelta(t, 1235.5, last["_timestamp"], 0)
	for _, key := range slices.Sorted(maps.Keys(last)) {
		if key != "_runtime" { // goes on until Finish
			assert.Equal(t, last[key], v.Summary[key], key)
		}
	}
	assert.NotContains(t, v.Summary, "")
}

// TestEmptyRun has no rows, and is a run all the same.
func TestEmptyRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "team", run.ID())
	assert.Equal(t, "finished", v.State)
	assert.Empty(t, v.HistoryLines)
	require.NotNil(t, v.ExitCode)
	assert.Zero(t, *v.ExitCode)
}

// TestStreamWire looks at what goes over the wire: batches, one stream per run,
// the key on every request, and "complete" last.
func TestStreamWire(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var mu sync.Mutex
	var bodies []string
	s.Inject(wandbtest.Fault{Operation: "file_stream", Header: header("X-Test", "1"), Match: func(_ *http.Request, body []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(body))
		return false
	}})
	c := newClient(t, s, key("member")) // the usual interval: all rows but the first go with Finish
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log(t, run, 0, 1000)
	require.NoError(t, run.Finish(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	assert.LessOrEqual(t, len(bodies), 3, "rows travel together")
	for i, body := range bodies {
		last := i == len(bodies)-1
		assert.Equal(t, last, strings.Contains(body, `"complete":true`))
		assert.Equal(t, last, strings.Contains(body, `"exitcode":0`))
	}
	for _, r := range s.Requests() {
		if r.Method == http.MethodPut { // to an object store, which is no part of W&B
			assert.Empty(t, r.User, "%s carries no key", r.Operation)
			continue
		}
		assert.Equal(t, "member", r.User, "%s carries the key", r.Operation)
	}
	assertRowsOnce(t, s, run, 1000)
}

// TestConcurrentLog gives every row a step of its own.
func TestConcurrentLog(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				assert.NoError(t, run.Log(map[string]any{"g": g, "i": i}))
				run.Summary("g")
				run.Step()
				_ = run.Err()
			}
		})
	}
	all.Wait()
	require.NoError(t, run.Finish(t.Context()))
	v, _ := s.Run("acme", "team", run.ID())
	rows := v.History()
	require.Len(t, rows, 400)
	last := make(map[float64]float64)
	for i, row := range rows {
		require.InDelta(t, i, row["_step"], 0)
		g, n := row["g"].(float64), row["i"].(float64)
		assert.InDelta(t, last[g], n, 0, "each goroutine's rows keep their order")
		last[g] = n + 1
	}
}
