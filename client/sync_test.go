package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// offlineRun logs a run without a server and returns its directory.
func offlineRun(t *testing.T, c *client.Client, opts client.RunOptions, rows int) string {
	t.Helper()
	opts.Mode = "offline"
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	for i := range rows {
		require.NoError(t, run.Log(map[string]any{"loss": 1 / float64(i+1), "i": i}))
	}
	require.NoError(t, run.Finish(t.Context()))
	return run.Dir()
}

func synced(t *testing.T, c *client.Client, opts client.SyncOptions, paths ...string) *client.SyncReport {
	t.Helper()
	report, err := c.Sync(t.Context(), paths, opts)
	require.NoError(t, err)
	return report
}

func onServer(t *testing.T, s *wandbtest.Server, entity, project, id string) wandbtest.RunView {
	t.Helper()
	v, ok := s.Run(entity, project, id)
	require.True(t, ok, "no run %s/%s/%s on the server", entity, project, id)
	return v
}

func TestSyncOfflineRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "team", ID: "off1", Name: "an offline run", Mode: "offline", Group: "g", JobType: "train",
		Notes: "said so", Tags: []string{"a", "b"}, Config: map[string]any{"lr": 0.1, "layers": []int{3, 2}},
	})
	require.NoError(t, err)
	for i := range 10 {
		require.NoError(t, run.Log(map[string]any{"loss": 1 / float64(i+1), "nan": math.NaN(), "deep": map[string]any{"x": i}}))
	}
	require.NoError(t, run.UpdateConfig(map[string]any{"late": true}))
	require.NoError(t, run.FinishWithCode(t.Context(), 3))

	report := synced(t, c, client.SyncOptions{})
	require.Len(t, report.Runs, 1)
	r := report.Runs[0]
	assert.Equal(t, client.SyncDone, r.Outcome)
	assert.Equal(t, "acme/team/off1", r.Entity+"/"+r.Project+"/"+r.RunID)
	assert.Equal(t, run.Dir(), r.Dir)
	assert.EqualValues(t, 10, r.Rows)
	assert.EqualValues(t, 10, r.RowsSent)
	assert.Equal(t, 3, *r.ExitCode)
	assert.False(t, r.Crashed)
	assert.Contains(t, r.URL, "/acme/team/runs/off1")
	assert.Empty(t, r.Damage)
	assert.Empty(t, r.Warnings)

	v := onServer(t, s, "acme", "team", "off1")
	assert.Equal(t, "failed", v.State)
	assert.Equal(t, 3, *v.ExitCode)
	assert.Equal(t, "an offline run", v.DisplayName)
	assert.Equal(t, []string{"a", "b"}, v.Tags)
	assert.Equal(t, []string{"g", "train", "said so"}, []string{v.Group, v.JobType, v.Notes})
	require.Len(t, v.HistoryLines, 10)
	assert.Zero(t, v.Missing)
	assert.Zero(t, v.Overwritten)
	rows := v.History()
	for i, row := range rows {
		assert.EqualValues(t, i, row["_step"])
		assert.InDelta(t, 1/float64(i+1), row["loss"], 1e-12)
		assert.True(t, math.IsNaN(row["nan"].(float64)))
		assert.Equal(t, map[string]any{"x": float64(i)}, row["deep"])
	}
	assert.EqualValues(t, 9, v.Summary["_step"])
	assert.InDelta(t, 0.1, v.Summary["loss"], 1e-12)
	assert.InDelta(t, 0.1, v.Config["lr"], 0)
	assert.Equal(t, true, v.Config["late"])
	own := v.Config["_wandb"].(map[string]any)
	assert.Contains(t, own["t"].(map[string]any)["3"], float64(76), "it says that it was synced")
	assert.Contains(t, v.Files, "config.yaml")
	assert.Contains(t, v.Files, "wandb-summary.json")
	assert.Equal(t, v.RawSummary, string(v.Files["wandb-summary.json"]))

	again := synced(t, c, client.SyncOptions{})
	assert.Equal(t, client.SyncSkipped, again.Runs[0].Outcome)
	assert.Equal(t, "synced already", again.Runs[0].Reason)

	again = synced(t, c, client.SyncOptions{IncludeSynced: true})
	assert.Equal(t, client.SyncDone, again.Runs[0].Outcome)
	assert.Zero(t, again.Runs[0].RowsSent)
	assert.True(t, again.Runs[0].Continued)
	twice := onServer(t, s, "acme", "team", "off1")
	assert.Equal(t, v.HistoryLines, twice.HistoryLines)
	assert.Equal(t, v.State, twice.State)
	assert.Equal(t, v.RawSummary, twice.RawSummary)
}

// TestSyncWholeJournal: what an offline run keeps beside rows and config.
func TestSyncWholeJournal(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "off1", Mode: "offline"})
	require.NoError(t, err)
	require.NoError(t, run.DefineMetric("loss", client.MetricOptions{StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMin}}))
	require.NoError(t, run.DefineMetric("val*", client.MetricOptions{Hidden: true}))
	fmt.Fprintln(run.Stdout(io.Discard), "fine")
	fmt.Fprintln(run.Stderr(io.Discard), "broken")
	require.NoError(t, run.Finish(t.Context()))
	synced(t, c, client.SyncOptions{})
	v := onServer(t, s, "acme", "team", "off1")
	assert.Contains(t, v.RawConfig, `"m":[{"1":"loss","5":3,"6":[1,3],"7":[1]},{"2":"val*","6":[2],"7":[]},{"1":"epoch","6":[],"7":[]}]`)
	require.Len(t, v.Logs, 2)
	assert.Regexp(t, `^\d.* fine$`, v.Logs[0])
	assert.Regexp(t, `^ERROR .* broken$`, v.Logs[1])
}

func TestSyncElsewhere(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	dir := offlineRun(t, c, client.RunOptions{Entity: "nosuchteam", Project: "team", ID: "r1"}, 3)
	report := synced(t, c, client.SyncOptions{Entity: "acme", Project: "open", RunID: "r2"}, dir)
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	assert.Len(t, onServer(t, s, "acme", "open", "r2").HistoryLines, 3)

	offlineRun(t, c, client.RunOptions{ID: "r3"}, 3)
	_, err := c.Sync(t.Context(), nil, client.SyncOptions{RunID: "r4"})
	require.ErrorIs(t, err, errors.ErrInvalidInput, "two runs and one id")
}

// A project that does not exist is created.
func TestSyncNewProject(t *testing.T) {
	t.Parallel()
	for _, g := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026} {
		t.Run(g.String(), func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(g))
			c := newClient(t, s, key("member"))
			offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "brand-new", ID: "r1"}, 3)
			synced(t, c, client.SyncOptions{})
			assert.Len(t, onServer(t, s, "acme", "brand-new", "r1").HistoryLines, 3)
		})
	}
}

func TestSyncRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("outsider"))
	one := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "r1"}, 3)
	two := offlineRun(t, c, client.RunOptions{Entity: "elsewhere", Project: "p", ID: "r2"}, 3)
	report, err := c.Sync(t.Context(), nil, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	refused, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, "sync run", refused.Op)
	assert.Equal(t, "acme", refused.Entity)
	assert.Equal(t, "r1", refused.RunID)
	require.Len(t, report.Runs, 2)
	byDir := map[string]client.SyncedRun{report.Runs[0].Dir: report.Runs[0], report.Runs[1].Dir: report.Runs[1]}
	assert.Equal(t, client.SyncFailed, byDir[one].Outcome)
	assert.Equal(t, client.SyncDone, byDir[two].Outcome, "one that fails stops no other")
	assert.NoFileExists(t, filepath.Join(one, "run-r1.wandb.synced"))

	text, err := json.Marshal(byDir[one])
	require.NoError(t, err)
	assert.Contains(t, string(text), `"outcome":"failed"`)
	assert.Contains(t, string(text), "not_team_member")
}

func TestSyncWithoutKey(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, "")
	dir := offlineRun(t, c, client.RunOptions{ID: "r1"}, 3)
	_, err := c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrNoAPIKey)
	report, err := c.Sync(t.Context(), []string{dir}, client.SyncOptions{DryRun: true})
	require.NoError(t, err)
	assert.Equal(t, client.SyncPlanned, report.Runs[0].Outcome)
	assert.EqualValues(t, 3, report.Runs[0].Rows)

	_, err = c.Sync(t.Context(), []string{filepath.Join(dir, "nothing")}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	_, err = c.Sync(t.Context(), []string{t.TempDir()}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

// Several offline parts of one run become one run with growing steps.
func TestSyncPartsOfOneRun(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	for part := range 3 {
		offlineRun(t, c, client.RunOptions{
			Entity: "acme", Project: "team", ID: "parts", Config: map[string]any{fmt.Sprint("part", part): part},
		}, 4)
	}
	report := synced(t, c, client.SyncOptions{})
	require.Equal(t, 3, report.Count(client.SyncDone))
	v := onServer(t, s, "acme", "team", "parts")
	require.Len(t, v.HistoryLines, 12)
	for i, row := range v.History() {
		assert.EqualValues(t, i, row["_step"])
		assert.EqualValues(t, i%4, row["i"])
	}
	assert.EqualValues(t, 11, v.Summary["_step"])
	assert.Contains(t, v.Config, "part0")
	assert.Contains(t, v.Config, "part2")

	synced(t, c, client.SyncOptions{IncludeSynced: true})
	assert.Equal(t, v.HistoryLines, onServer(t, s, "acme", "team", "parts").HistoryLines)
	assert.Equal(t, v.RawSummary, onServer(t, s, "acme", "team", "parts").RawSummary)
}

func TestSyncConflict(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "taken"}, 4)
	other, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "taken"})
	require.NoError(t, err)
	require.NoError(t, other.Log(map[string]any{"other": 1}))
	require.NoError(t, other.Finish(t.Context()))

	_, err = c.Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrRunExists)
	assert.Len(t, onServer(t, s, "acme", "team", "taken").HistoryLines, 1)
	synced(t, c, client.SyncOptions{RunID: "free"}, dir)
	assert.Len(t, onServer(t, s, "acme", "team", "free").HistoryLines, 4)
}

// An upload that breaks off goes on where the server stands.
func TestSyncInterrupted(t *testing.T) {
	t.Parallel()
	const rows = 40_000 // of several requests
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	dir := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "big"}, rows)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Inject(wandbtest.Fault{Operation: "file_stream", After: 1, Count: 1, Status: 403, Body: `{"error":"permission denied"}`})
	_, err := c.Sync(ctx, []string{dir}, client.SyncOptions{})
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	before := len(onServer(t, s, "acme", "team", "big").HistoryLines)
	require.Positive(t, before)
	require.Less(t, before, rows)

	report := synced(t, c, client.SyncOptions{}, dir)
	v := onServer(t, s, "acme", "team", "big")
	require.Len(t, v.HistoryLines, rows)
	assert.Zero(t, v.Overwritten)
	assert.EqualValues(t, rows-before, report.Runs[0].RowsSent)
	for i, row := range v.History() {
		require.EqualValues(t, i, row["i"])
	}
}

func TestSyncClean(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	good := offlineRun(t, c, client.RunOptions{Entity: "acme", Project: "team", ID: "good"}, 3)
	bad := offlineRun(t, c, client.RunOptions{Entity: "hidden", Project: "team", ID: "bad"}, 3)
	report, err := c.Sync(t.Context(), nil, client.SyncOptions{Clean: true})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	assert.NoDirExists(t, good)
	assert.DirExists(t, bad)
	for _, r := range report.Runs {
		assert.Equal(t, r.Dir == good, r.Cleaned)
	}
	_, err = os.Stat(filepath.Dir(good))
	require.NoError(t, err)
}
