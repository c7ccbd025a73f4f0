package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// within is a transport to a server in the same process, so that a run can live in
// a bubble of testing/synctest, whose time passes when all in it wait. The server
// is outside and takes no time.
type within struct {
	mu     sync.Mutex
	ask    chan *http.Request
	answer chan *http.Response
}

func newWithin(t *testing.T, s *wandbtest.Server) *within {
	t.Helper()
	w := &within{ask: make(chan *http.Request), answer: make(chan *http.Response)}
	go func() {
		for req := range w.ask {
			rec := httptest.NewRecorder()
			s.ServeHTTP(rec, req)
			w.answer <- rec.Result()
		}
	}()
	t.Cleanup(func() { close(w.ask) })
	return w
}

func (w *within) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ask <- req
	resp := <-w.answer
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return resp, nil
}

// bubble calls f with a run in a bubble, and ends the run.
func bubble(t *testing.T, opts client.RunOptions, getenv func(string) string, f func(t *testing.T, st *stage), change ...func(*client.Options)) {
	t.Helper()
	s := wandbtest.New(t, wandbtest.Solo())
	w := newWithin(t, s)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o := client.Options{
			BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: getenv, HTTPClient: &http.Client{Transport: w},
		}
		for _, set := range change {
			set(&o)
		}
		c, err := client.New(o)
		require.NoError(t, err)
		defer func() { require.NoError(t, c.Close()) }()
		opts.Entity, opts.Project = "acme", "vision"
		run, err := c.Init(t.Context(), opts)
		require.NoError(t, err)
		f(t, &stage{s: s, c: c, run: run})
		require.NoError(t, run.Finish(t.Context()))
	})
}

// pass lets time pass in a bubble, and all that is due then happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// TestUpdatesAreGathered holds how long a change waits for others: 5 s from the
// first.
func TestUpdatesAreGathered(t *testing.T) {
	t.Parallel()
	bubble(t, client.RunOptions{StatsInterval: -1}, alone, func(t *testing.T, st *stage) {
		require.NoError(t, st.run.OverwriteConfig(fields{"a": 1}))
		pass(3 * time.Second)
		require.NoError(t, st.run.OverwriteConfig(fields{"a": 2}))
		pass(2*time.Second - time.Millisecond)
		assert.Len(t, st.upserts(t), 1)
		pass(time.Millisecond)
		require.Len(t, st.upserts(t), 2)
		assert.Contains(t, st.upserts(t)[1]["config"], `"a":{"value":2}`)
		pass(time.Minute)
		assert.Len(t, st.upserts(t), 2, "nothing changed")
	})
}

// counter counts how often it is asked.
type counter struct{ samples atomic.Int32 }

func (c *counter) Sample(context.Context) (map[string]float64, error) {
	c.samples.Add(1)
	return map[string]float64{"gpu.0.gpu": 1}, nil
}

// TestStatsInterval holds when the machine is measured, and when not at all.
func TestStatsInterval(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		variable, value string
		interval        time.Duration
		want            int32 // samples in a minute, the first at once
	}{
		"by default":               {"", "", 0, 5},
		"by the environment":       {"WANDB_X_STATS_SAMPLING_INTERVAL", "30", 0, 3},
		"by the program":           {"WANDB_X_STATS_SAMPLING_INTERVAL", "30", 20 * time.Second, 4},
		"never":                    {"", "", -1, 0},
		"never, by X_DISABLE":      {"WANDB_X_DISABLE_STATS", "true", time.Second, 0},
		"never, without a machine": {"WANDB_X_DISABLE_MACHINE_INFO", "true", time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := new(counter)
			getenv := func(name string) string { return map[string]string{tt.variable: tt.value}[name] }
			bubble(t, client.RunOptions{StatsInterval: tt.interval, MetricSources: []client.MetricSource{c}}, getenv, func(t *testing.T, _ *stage) {
				pass(time.Minute)
				assert.Equal(t, tt.want, c.samples.Load())
			})
		})
	}
}

// TestTimesOfARow holds which moments a row has: its time stamp is that of the last
// call that added to it, its runtime that at which it was closed.
func TestTimesOfARow(t *testing.T) {
	t.Parallel()
	bubble(t, client.RunOptions{StatsInterval: -1}, alone, func(t *testing.T, st *stage) {
		began := time.Now()
		pass(time.Second)
		require.NoError(t, st.run.LogPartial(fields{"a": 1}))
		pass(time.Second)
		require.NoError(t, st.run.LogPartial(fields{"b": 1}))
		pass(1500 * time.Millisecond)
		require.NoError(t, st.run.Commit())
		pass(time.Second)
		require.NoError(t, st.run.Log(fields{"c": 1}))
		require.NoError(t, st.run.Finish(t.Context()))
		rows := st.view(t).History()
		require.Len(t, rows, 2)
		stamp := func(after time.Duration) float64 { return float64(began.Add(after).UnixMicro()) / 1e6 }
		assert.InDelta(t, stamp(2*time.Second), rows[0]["_timestamp"], 1e-6)
		assert.InDelta(t, 3.5, rows[0]["_runtime"], 0)
		assert.InDelta(t, stamp(4500*time.Millisecond), rows[1]["_timestamp"], 1e-6)
		assert.InDelta(t, 4.5, rows[1]["_runtime"], 0)
	})
}
