package client_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/wandbtest"
)

// logMetrics logs rows each of which has a metric of its own.
func logMetrics(t *testing.T, run *client.Run, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		require.NoError(t, run.Log(map[string]any{"layer/" + strconv.Itoa(i): i}))
	}
}

// TestRun_MetricLimitExceeded_RestIsOnDiskAndRunEnds: the server refuses rows with too
// many metrics. The program learns of it in mid-run, the rest is on disk, and the run ends
// with its exit code instead of as crashed.
func TestRun_MetricLimitExceeded_RestIsOnDiskAndRunEnds(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"finished": 0, "failed": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithPolicy(wandbtest.Policy{MaxMetrics: 20}))
			c := newClient(t, s, key("member"), quickly)
			told := make(chan error, 2)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", OnLost: func(err error) { told <- err }})
			require.NoError(t, err)
			logMetrics(t, run, 0, 10)
			stored(t, s, run, 10)
			logMetrics(t, run, 10, 40)
			_ = run.Flush(t.Context())
			lost := <-told
			assertTyped(t, lost, errors.ErrMetricLimit)
			assertTyped(t, run.Err(), errors.ErrMetricLimit)
			require.NotErrorIs(t, lost, errors.ErrPermissionDenied)
			logMetrics(t, run, 40, 45)

			err = run.FinishWithCode(t.Context(), code)
			assertTyped(t, err, errors.ErrMetricLimit)
			assert.Contains(t, errors.Explain(err), "Log fewer different keys")
			v := onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, name, v.State)
			require.NotNil(t, v.ExitCode)
			assert.Equal(t, code, *v.ExitCode)
			kept := onDisk(t, run.Dir())
			assert.Len(t, kept.Rows, 45)
			assert.False(t, kept.Dir.Synced())

			report, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
			assertTyped(t, err, errors.ErrMetricLimit)
			assert.NotEqual(t, client.SyncDone, report.Runs[0].Outcome)
			v = onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, name, v.State, "the sync does not leave it running")
		})
	}
}

// TestFinish_MetricLimitExceeded_RunEnds: it is Finish that learns of it.
func TestFinish_MetricLimitExceeded_RunEnds(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody(), wandbtest.WithPolicy(wandbtest.Policy{MaxMetrics: 20}))
	c := newClient(t, s, key("member"), at(client.Cadence{Interval: time.Minute}))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	logMetrics(t, run, 0, 1)
	stored(t, s, run, 1)
	row := map[string]any{}
	for i := range 30 {
		row["k"+strconv.Itoa(i)] = i
	}
	require.NoError(t, run.Log(row))
	assertTyped(t, run.Finish(t.Context()), errors.ErrMetricLimit)
	assertTyped(t, run.Err(), errors.ErrMetricLimit)
	v := onServer(t, s, "acme", "team", run.ID())
	assert.Equal(t, "finished", v.State)
	assert.Len(t, v.HistoryLines, 1)
	assert.Len(t, onDisk(t, run.Dir()).Rows, 2)
}

// TestSync_OfflineRunOverMetricLimit_RunEnds: a sync, too, ends a run whose rows the
// server refuses.
func TestSync_OfflineRunOverMetricLimit_RunEnds(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody(), wandbtest.WithPolicy(wandbtest.Policy{MaxMetrics: 20}))
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
	require.NoError(t, err)
	logMetrics(t, run, 0, 30)
	require.NoError(t, run.Finish(t.Context()))
	_, err = c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
	assertTyped(t, err, errors.ErrMetricLimit)
	assert.Contains(t, errors.Explain(err), "The data is on disk:\n  "+plaintext.ShellPath(run.Dir()))
	assert.Equal(t, "finished", onServer(t, s, "acme", "team", run.ID()).State)
	assert.False(t, onDisk(t, run.Dir()).Dir.Synced())
}

// TestRun_MetricLimitIsNear_WarnsOnce: the warning in the server's answers reaches the
// user, once, and costs nothing.
func TestRun_MetricLimitIsNear_WarnsOnce(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody(), wandbtest.WithPolicy(wandbtest.Policy{MaxMetrics: 20}))
	var w warnings
	c := newClient(t, s, key("member"), quickly, w.listen)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	for i := range 19 {
		logMetrics(t, run, i, i+1)
		require.NoError(t, run.Flush(t.Context()))
	}
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	assert.Equal(t, 1, strings.Count(strings.Join(w.all(), "\n"), "comes close to the server's limit of different metrics: it has 18 of 20"), w.all())
}
