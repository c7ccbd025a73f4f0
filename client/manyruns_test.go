package client_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestManyRuns has 64 runs go on at one time in one process.
func TestManyRuns(t *testing.T) { //nolint:paralleltest // it counts goroutines and memory
	const runs, rows = 40, 50
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	all := make([]*client.Run, runs)
	errs := make([]error, runs)
	each := func(f func(i int)) {
		var wait sync.WaitGroup
		for i := range runs {
			wait.Go(func() { f(i) })
		}
		wait.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	}
	all[0], errs[0] = c.Init(t.Context(), client.RunOptions{Project: "p", ID: "warm"}) // connections and caches
	require.NoError(t, errs[0])
	require.NoError(t, all[0].Finish(t.Context()))
	goroutines, bytes := runtime.NumGoroutine(), liveBytes()

	each(func(i int) {
		all[i], errs[i] = c.Init(t.Context(), client.RunOptions{Project: "p", ID: fmt.Sprintf("r%d", i)})
	})
	each(func(i int) {
		for n := range rows {
			if err := all[i].Log(map[string]any{"run": i, "n": n, "loss": 1 / float64(n+1)}); err != nil {
				errs[i] = err
			}
		}
	})
	for _, run := range all { // the first requests are done, and the streams at rest
		_, err := s.WaitRun(t.Context(), "acme", "p", run.ID(), func(v wandbtest.RunView) bool { return len(v.HistoryLines) > 0 })
		require.NoError(t, err)
	}
	perRun := float64(ownGoroutines()) / runs
	t.Logf("%.1f goroutines and %d KiB per run (%d goroutines in all, %d before)", perRun, (liveBytes()-bytes)/runs/1024, runtime.NumGoroutine(), goroutines)
	assert.LessOrEqual(t, perRun, 5.5, "goroutines per run")
	assert.LessOrEqual(t, (liveBytes()-bytes)/runs, int64(1<<20), "bytes per run")

	each(func(i int) { errs[i] = all[i].Finish(t.Context()) })
	for i, run := range all {
		v, ok := s.Run("acme", "p", run.ID())
		require.True(t, ok)
		assert.Equal(t, "finished", v.State)
		require.Len(t, v.HistoryLines, rows)
		for n, row := range v.History() {
			require.InDelta(t, i, row["run"], 0, "no row is another run's")
			require.InDelta(t, n, row["n"], 0)
		}
	}
}

// liveBytes is how much memory is in use once the garbage is gone, that of the
// test's own server included.
func liveBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse) //nolint:gosec // far below the limit
}

// ownGoroutines counts the goroutines that wandgo started, connections and the
// test's server apart.
func ownGoroutines() int {
	buf := make([]byte, 8<<20)
	n := 0
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		_, creator, _ := strings.Cut(g, "created by ")
		if strings.HasPrefix(creator, "github.com/wandgo/wandgo/") && !strings.Contains(creator, "wandbtest") || strings.HasPrefix(creator, "sync.(*WaitGroup).Go") && strings.Contains(g, "github.com/wandgo/wandgo/") && !strings.Contains(g, "_test.") {
			n++
		}
	}
	return n
}
