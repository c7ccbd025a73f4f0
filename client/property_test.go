package client_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/wandbtest"
)

// drawFault draws something that goes wrong and passes.
func drawFault(t *rapid.T) wandbtest.Fault {
	f := rapid.SampledFrom([]wandbtest.Fault{
		{Status: 500, Body: `{"error":"internal"}`},
		{Status: 503},
		{Status: 502, Body: loginPage, Process: true},
		{Status: 429},
		{Status: 429, Header: header("Retry-After", "0.003")},
		{Status: 429, Process: true, Header: header("Retry-After", "0.001")},
		{Cut: wandbtest.CutBefore},
		{Cut: wandbtest.CutAfter},
		{Cut: wandbtest.CutMidBody},
		{Delay: 3 * time.Millisecond},
		{Garbage: true, Process: true},
	}).Draw(t, "fault")
	operations := []string{"file_stream"}
	if !f.Garbage { // which is no answer to anything else
		operations = append(operations, "file_stream", "UpsertBucket", "CreateRunFiles", "PUT", "")
	}
	f.Operation = rapid.SampledFrom(operations).Draw(t, "operation")
	f.After = rapid.IntRange(0, 4).Draw(t, "after")
	f.Count = rapid.IntRange(1, 3).Draw(t, "count")
	return f
}

// scratch is a directory for one round of a property.
func scratch(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "property")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// rig is a server with a client for one round.
func rig(t *rapid.T) (*wandbtest.Server, *client.Client) {
	s, err := wandbtest.Start(wandbtest.Solo())
	require.NoError(t, err)
	t.Cleanup(s.Close)
	o := client.Options{BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: scratch(t)}
	quickly(&o)
	c, err := client.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return s, c
}

// TestProperty_AnyCallsUnderAnyFaults makes any calls from several goroutines, in
// an order that is written down, while the network fails. What the server and the
// disk have in the end is what the model says: nothing is lost, nothing is there
// twice, and the order is kept. Now and then the server refuses for good in the
// middle: then the disk has it all, and the server the beginning.
func TestProperty_AnyCallsUnderAnyFaults(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, c := rig(t)
		for range rapid.IntRange(0, 4).Draw(t, "faults") {
			s.Inject(drawFault(t))
		}
		calls := rapid.SliceOfN(rapid.Custom(drawCall), 0, 60).Draw(t, "calls")
		if rapid.IntRange(0, 3).Draw(t, "finish early") == 0 {
			calls = append(calls, call{what: "Finish"})
			i := rapid.IntRange(0, len(calls)-1).Draw(t, "finish at")
			calls[i], calls[len(calls)-1] = calls[len(calls)-1], calls[i]
		}
		refuse := rapid.IntRange(0, 5).Draw(t, "refuse") == 0
		if refuse {
			s.Inject(wandbtest.Fault{
				Operation: "file_stream", Status: rapid.SampledFrom([]int{403, 404, 410}).Draw(t, "refusal"), Body: denied2025,
				After: rapid.IntRange(0, 3).Draw(t, "refuse after"),
			})
		}
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
		require.NoError(t, err)
		m := newRunModel()
		var finished error
		finish := func() error {
			if !m.finished && m.pending != nil {
				m.flush()
			}
			m.finished = true
			finished = run.Finish(t.Context())
			return nil
		}
		require.NoError(t, inOrder(calls, func(c call) error { return m.do(run, c, finish) }))
		require.NoError(t, finish())
		if !refuse {
			require.NoError(t, finished)
		}
		v, ok := s.Run("acme", "vision", run.ID())
		require.True(t, ok)
		if finished == nil {
			compareServer(t, m, v)
		} else {
			require.LessOrEqual(t, len(v.HistoryLines), len(m.rows))
		}
		compareRows(t, m, v.HistoryLines)
		require.Empty(t, v.Violations(wandbtest.Pace{})) // the pace cannot be judged where requests fail
		compareDisk(t, m, run.Dir())
	})
}

// inOrder has several goroutines make the calls, one at a time.
func inOrder(calls []call, do func(call) error) error {
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	for range 3 {
		all.Go(func() {
			for {
				mu.Lock()
				if len(calls) == 0 || failed != nil {
					mu.Unlock()
					return
				}
				failed = do(calls[0])
				calls = calls[1:]
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}

// compareRows compares lines with the first rows of the model.
func compareRows(t *rapid.T, m *runModel, lines []string) {
	var before float64
	for i, line := range lines {
		row, err := jsonx.ParseObject([]byte(line))
		require.NoError(t, err, line)
		require.EqualValues(t, m.steps[i], row["_step"], line)
		runtime, ok := number(row["_runtime"])
		require.True(t, ok, line)
		require.GreaterOrEqual(t, runtime, before, "time goes on: %s", line)
		before = runtime
		require.Contains(t, row, "_timestamp", line)
		require.Equal(t, canon(m.rows[i]), canon(own(row)), "row %d", i)
	}
}

// own is an object without what the client adds.
func own(all map[string]any) map[string]any {
	out := maps.Clone(all)
	for _, key := range []string{"_step", "_runtime", "_timestamp", "_wandb"} {
		delete(out, key)
	}
	return out
}

func compareServer(t *rapid.T, m *runModel, v wandbtest.RunView) {
	require.Len(t, v.HistoryLines, len(m.rows))
	require.Zero(t, v.Missing)
	require.Equal(t, "finished", v.State)
	summary, err := jsonx.ParseObject([]byte(v.RawSummary))
	require.NoError(t, err)
	require.Equal(t, canon(m.shown()), canon(own(summary)))
	if n := len(m.steps); n > 0 {
		require.EqualValues(t, m.steps[n-1], summary["_step"])
	}
	file, err := jsonx.ParseObject(v.Files["wandb-summary.json"])
	require.NoError(t, err)
	require.Equal(t, canon(summary), canon(file), "the file is the stream's last summary")
	require.Equal(t, canon(m.config), canon(own(v.Config)))
	if m.name != "" {
		require.Equal(t, m.name, v.DisplayName)
	}
	require.Equal(t, m.tags, v.Tags)
}

func compareDisk(t *rapid.T, m *runModel, dir string) {
	lines, state, err := readJournal(dir)
	require.NoError(t, err)
	require.Len(t, lines, len(m.rows))
	compareRows(t, m, lines)
	require.NotNil(t, state.Exit)
	require.Zero(t, state.Exit.Code)
	for what, pair := range map[string]struct{ text, want string }{
		"summary": {string(state.Summary.AppendJSON(nil)), canon(m.shown())},
		"config":  {string(state.Config.AppendJSON(nil)), canon(m.config)},
	} {
		got, err := jsonx.ParseObject([]byte(pair.text))
		require.NoError(t, err)
		require.Equal(t, pair.want, canon(own(got)), "%s on disk", what)
	}
	if m.name != "" {
		require.Equal(t, m.name, state.Run.DisplayName)
	}
	require.Equal(t, m.tags, state.Run.Tags)
}

// readJournal reads the history lines of the run in a directory, and the rest.
func readJournal(dir string) (lines []string, state *journal.State, err error) {
	logs, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	if err != nil || len(logs) != 1 {
		return nil, nil, fmt.Errorf("%d journals in %s: %w", len(logs), dir, err)
	}
	r, err := journal.Open(logs[0])
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	state, err = journal.Replay(r, &journal.Handler{History: func(line []byte, _ int64) error {
		lines = append(lines, string(line))
		return nil
	}})
	if err == nil && len(state.Skipped) > 0 {
		err = fmt.Errorf("damaged: %v", state.Skipped)
	}
	return lines, state, err
}

// TestProperty_ManyGoroutines calls at the same time from several goroutines, each
// with keys of its own, so that the order between them does not matter.
func TestProperty_ManyGoroutines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, c := rig(t)
		for range rapid.IntRange(0, 4).Draw(t, "faults") {
			s.Inject(drawFault(t))
		}
		const goroutines = 4
		counts := make([]int, goroutines)
		for g := range counts {
			counts[g] = rapid.IntRange(0, 40).Draw(t, "rows")
		}
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", StatsInterval: -1})
		require.NoError(t, err)
		var all sync.WaitGroup
		errs := make([]error, goroutines)
		for g, n := range counts {
			all.Go(func() { errs[g] = errors.Join(ofOne(run, g, n)...) })
		}
		all.Wait()
		require.NoError(t, errors.Join(errs...))
		finishAll(t, run)
		v, ok := s.Run("acme", "vision", run.ID())
		require.True(t, ok)
		lines, _, err := readJournal(run.Dir())
		require.NoError(t, err)
		require.Equal(t, v.HistoryLines, lines, "server and disk have the same")
		require.Empty(t, v.Violations(wandbtest.Pace{}))
		compareConcurrent(t, counts, v)
	})
}

// ofOne is what goroutine g does.
func ofOne(run *client.Run, g, n int) (errs []error) {
	key := func(name string) string { return fmt.Sprintf("%s%d", name, g) }
	note := func(err error) { errs = append(errs, err) }
	note(run.DefineMetric(key("m"), client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin, client.SummaryMax, client.SummaryMean}}))
	for i := range n {
		note(run.Log(map[string]any{key("m"): i, "n": map[string]any{key("last"): i}}))
		note(run.LogPartial(map[string]any{fmt.Sprintf("p%d_%d", g, i): i}))
		note(run.SetSummary(i, key("set")))
		note(run.OverwriteConfig(map[string]any{key("c"): i}))
	}
	return errs
}

// finishAll finishes from several goroutines at once.
func finishAll(t *rapid.T, run *client.Run) {
	var all sync.WaitGroup
	errs := make([]error, 3)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i := range errs {
		all.Go(func() { errs[i] = run.Finish(ctx) })
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
}

func compareConcurrent(t *rapid.T, counts []int, v wandbtest.RunView) {
	next := make([]int, len(counts))
	seen := map[string]bool{}
	total := 0
	for i, row := range v.History() {
		require.EqualValues(t, i, row["_step"], "no step is left out or there twice")
		for g := range counts {
			if n, ok := row[fmt.Sprintf("m%d", g)].(float64); ok {
				require.InDelta(t, next[g], n, 0, "each goroutine's rows keep their order")
				next[g]++
			}
		}
		for key := range row {
			if strings.HasPrefix(key, "p") {
				require.False(t, seen[key], "%s is there twice", key)
				seen[key] = true
			}
		}
	}
	for g, n := range counts {
		total += n
		require.Equal(t, n, next[g], "rows of goroutine %d", g)
		if n == 0 {
			continue
		}
		require.Equal(t, canon(map[string]any{"min": 0, "max": n - 1, "mean": float64(n-1) / 2}), canon(v.Summary[fmt.Sprintf("m%d", g)]))
		require.EqualValues(t, n-1, v.Summary["n"].(map[string]any)[fmt.Sprintf("last%d", g)])
		require.EqualValues(t, n-1, v.Summary[fmt.Sprintf("set%d", g)])
		require.EqualValues(t, n-1, v.Config[fmt.Sprintf("c%d", g)])
	}
	require.Len(t, seen, total, "every part of a row is in one")
	require.Equal(t, "finished", v.State)
}
