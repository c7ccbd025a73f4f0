package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// stepsOf are the steps of a run's rows.
func stepsOf(t *testing.T, v wandbtest.RunView) []int {
	t.Helper()
	var out []int
	for _, row := range v.History() {
		step, ok := row["_step"].(float64)
		require.True(t, ok)
		out = append(out, int(step))
	}
	return out
}

// TestSyncFork: a fork made without a server takes its parent's rows over when it
// is uploaded.
func TestSyncFork(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "parent")
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "fork", ForkFrom: client.RunStep{RunID: "parent", Step: 2}, Mode: "offline",
	})
	require.NoError(t, err)
	assert.EqualValues(t, 3, run.Step())
	assert.False(t, run.Resumed())
	require.NoError(t, run.Log(map[string]any{"i": "forked"}))
	require.NoError(t, run.Finish(t.Context()))
	disk := onDisk(t, run.Dir())
	assert.EqualValues(t, 3, disk.Rows[0]["_step"])
	assert.Equal(t, "parent", disk.Run.BranchPoint.Run)
	assert.JSONEq(t, `{"run_id":"parent","step":2}`, string(disk.Config.Get("_wandb", "branch_point")), "the official sync looks for it there")

	for range 2 {
		synced(t, c, client.SyncOptions{IncludeSynced: true}, run.Dir())
		v := onServer(t, s, "acme", "vision", "fork")
		assert.Equal(t, []int{0, 1, 2, 3}, stepsOf(t, v))
		assert.Equal(t, "forked", v.History()[3]["i"])
		assert.Zero(t, v.Overwritten)
		assert.Contains(t, v.RawConfig, `"branch_point":{"run_id":"parent","step":2}`)
	}
	assert.Len(t, onServer(t, s, "acme", "vision", "parent").HistoryLines, 5)
}

// TestSyncForkInterrupted: the rows that a fork inherited are not taken for
// somebody else's.
func TestSyncForkInterrupted(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "parent")
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", ID: "fork", ForkFrom: client.RunStep{RunID: "parent", Step: 2}}, 3)
	s.Inject(wandbtest.Fault{Operation: "file_stream", Count: 1, Match: hasRows, Status: 403, Body: `{"error":"permission denied"}`})
	_, err := c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	assert.Equal(t, []int{0, 1, 2}, stepsOf(t, onServer(t, s, "acme", "vision", "fork")))
	synced(t, c, client.SyncOptions{}, dir)
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, stepsOf(t, onServer(t, s, "acme", "vision", "fork")))
}

// TestSyncRewind: a run that was rewound without a server is rewound when that is
// uploaded, once.
func TestSyncRewind(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "r1")
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 2}, Mode: "offline"})
	require.NoError(t, err)
	assert.EqualValues(t, 3, run.Step())
	require.NoError(t, run.Log(map[string]any{"i": "again"}))
	require.NoError(t, run.Finish(t.Context()))

	report := synced(t, c, client.SyncOptions{}, run.Dir())
	assert.True(t, report.Runs[0].Continued)
	v := onServer(t, s, "acme", "vision", "r1")
	assert.Equal(t, []int{0, 1, 2, 3}, stepsOf(t, v))
	assert.Equal(t, "again", v.History()[3]["i"])
	assert.Equal(t, "again", v.Summary["i"])
	assert.NotContains(t, v.Summary, "only_first", "the summary is that of the rewound run, as when it is online")
	assert.InDelta(t, 3, v.Config["depth"], 0, "the old config is kept")
	assert.Contains(t, v.RawConfig, `"branch_point":{"run_id":"r1","step":2}`)
	assert.Equal(t, "finished", v.State)

	later, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "must"})
	require.NoError(t, err)
	require.NoError(t, later.Log(map[string]any{"i": "later"}))
	require.NoError(t, later.Finish(t.Context()))
	synced(t, c, client.SyncOptions{IncludeSynced: true}, run.Dir())
	assert.Equal(t, []int{0, 1, 2, 3, 4}, stepsOf(t, onServer(t, s, "acme", "vision", "r1")), "what came after the rewinding stays")
}

// TestSyncRewindInterrupted: what was sent after the rewinding is not dropped by
// rewinding once more, nor sent again.
func TestSyncRewindInterrupted(t *testing.T) {
	t.Parallel()
	for name, operation := range map[string]string{"before the upsert": "UpsertBucket", "before the rows": "file_stream", "after them": "CreateRunFiles"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			c := newClient(t, s, wandbtest.AliceKey, quickly, described)
			begin(t, c, "r1")
			dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 2}}, 2)
			s.Inject(wandbtest.Fault{Operation: operation, Count: 1, Status: 403, Body: gqlError("permission denied")})
			_, err := c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
			require.ErrorIs(t, err, errors.ErrPermissionDenied)
			synced(t, c, client.SyncOptions{}, dir)
			v := onServer(t, s, "acme", "vision", "r1")
			assert.Equal(t, []int{0, 1, 2, 3, 4}, stepsOf(t, v))
			assert.Zero(t, v.Overwritten)
		})
	}
}

// TestSyncRewindAsFork: under another id the log becomes a fork, and the run that
// it was to rewind stays.
func TestSyncRewindAsFork(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	begin(t, c, "r1")
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 2}}, 2)
	synced(t, c, client.SyncOptions{RunID: "r2"}, dir)
	assert.Equal(t, []int{0, 1, 2, 3, 4}, stepsOf(t, onServer(t, s, "acme", "vision", "r2")))
	assert.Len(t, onServer(t, s, "acme", "vision", "r1").HistoryLines, 5)
}

// TestSyncRewindMissing: a run that the server does not have is not made up.
func TestSyncRewindMissing(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 2}}, 2)
	_, err := c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.Error(t, err)
	assert.Empty(t, s.Runs())
}

// TestSyncPartAndRewind: an offline run and its rewinding, uploaded together.
func TestSyncPartAndRewind(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"}, 5)
	offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "vision", RewindTo: client.RunStep{RunID: "r1", Step: 1}}, 2)
	report := synced(t, c, client.SyncOptions{})
	assert.Equal(t, 2, report.Count(client.SyncDone))
	v := onServer(t, s, "acme", "vision", "r1")
	assert.Equal(t, []int{0, 1, 2, 3}, stepsOf(t, v))
}
