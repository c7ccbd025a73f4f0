package client_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	logrecord "github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/wandbtest"
)

// numbered holds that the server has the rows 0 to n-1 of a run, each once, in order.
func numbered(t *testing.T, v wandbtest.RunView, n int) {
	t.Helper()
	require.Len(t, v.HistoryLines, n)
	for i, row := range v.History() {
		assert.InDelta(t, i, row["_step"], 0)
		assert.InDelta(t, i, row["i"], 0)
	}
	assert.Zero(t, v.Overwritten)
	assert.Zero(t, v.Missing)
}

func TestResume_RowsOfKilledProcessUnsent_SendsThemFirst(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"}
	for life := range 3 {
		p := m.start(t)
		run, err := p.Init(t.Context(), opts)
		require.NoError(t, err)
		require.NoError(t, run.Err())
		assert.EqualValues(t, 100*life, run.Step())
		log(t, run, 100*life, 100*life+20)
		require.NoError(t, run.Flush(t.Context()))
		p.net.unplugged.Store(true)
		log(t, run, 100*life+20, 100*life+100)
		p.kill(t, run)
	}
	c := m.start(t)
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, run.Err())
	log(t, run, 300, 310)
	require.NoError(t, run.Finish(t.Context()))
	v := onServer(t, s, "acme", "vision", "r1")
	numbered(t, v, 310)
	assert.Equal(t, "finished", v.State)
	assert.InDelta(t, 309, v.Summary["i"], 0)
	report := synced(t, c.Client, client.SyncOptions{})
	require.Len(t, report.Runs, 4)
	for _, r := range report.Runs {
		assert.Equal(t, "synced already", r.Reason)
	}
	numbered(t, onServer(t, s, "acme", "vision", "r1"), 310)
}

// values returns the values of i of a run's rows by step, and holds that no step is twice.
func values(t *testing.T, v wandbtest.RunView) map[int]int {
	t.Helper()
	out := make(map[int]int)
	for _, row := range v.History() {
		step := int(row["_step"].(float64))
		assert.NotContains(t, out, step)
		out[step] = int(row["i"].(float64))
	}
	assert.Zero(t, v.Overwritten)
	assert.Zero(t, v.Missing)
	return out
}

func TestResume_UnsentRowsRefused_LeavesRoomAndSaysSo(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"}
	p := m.start(t)
	run, err := p.Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, run, 0, 20)
	require.NoError(t, run.Flush(t.Context()))
	p.net.unplugged.Store(true)
	log(t, run, 20, 58)
	p.kill(t, run)
	dir := run.Dir()

	// A post of system metrics that left the killed process may arrive only now.
	s.Inject(wandbtest.Fault{Operation: "file_stream", Count: 1, Match: hasRows, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
	p = m.start(t)
	run, err = p.Init(t.Context(), opts)
	require.NoError(t, err)
	unsent, ok := errors.AsType[*client.UnsentError](run.Err())
	require.True(t, ok, "%v", run.Err())
	assert.EqualValues(t, 38, unsent.Rows)
	assert.Equal(t, []string{dir}, unsent.Dirs)
	assert.Contains(t, unsent.Error(), "wandgo sync ")
	assert.EqualValues(t, 58, run.Step())
	log(t, run, 58, 70)
	require.NoError(t, run.Finish(t.Context()))
	assert.Len(t, onServer(t, s, "acme", "vision", "r1").HistoryLines, 32)

	report := synced(t, p.Client, client.SyncOptions{})
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	assert.EqualValues(t, 38, report.Runs[0].RowsSent)
	v := onServer(t, s, "acme", "vision", "r1")
	got := values(t, v)
	assert.Len(t, got, 70)
	for step, i := range got {
		assert.Equal(t, step, i)
	}
	assert.InDelta(t, 69, v.Summary["i"], 0, "the summary of the last process")
	assert.Equal(t, "finished", v.State)
	for range 2 {
		report = synced(t, p.Client, client.SyncOptions{IncludeSynced: true})
		for _, r := range report.Runs {
			assert.Zero(t, r.RowsSent)
		}
	}
	assert.Len(t, onServer(t, s, "acme", "vision", "r1").HistoryLines, 70)
	assert.Equal(t, v.RawSummary, onServer(t, s, "acme", "vision", "r1").RawSummary)
}

func TestSync_RunContinuedOnAnotherMachine_AddsItsRowsBehind(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	a, b := newMachine(t, s, wandbtest.AliceKey), newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"}
	pa := a.start(t)
	run, err := pa.Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, run, 0, 20)
	require.NoError(t, run.Flush(t.Context()))
	pa.net.unplugged.Store(true)
	log(t, run, 20, 58)
	pa.kill(t, run)

	pb := b.start(t)
	run, err = pb.Init(t.Context(), opts)
	require.NoError(t, err)
	assert.EqualValues(t, 20, run.Step(), "nothing is known of the other machine's rows")
	log(t, run, 100, 150)
	require.NoError(t, run.Flush(t.Context()))

	pa = a.start(t)
	report, err := pa.Sync(t.Context(), nil, client.SyncOptions{})
	require.ErrorContains(t, err, "may still be writing the run")
	assert.Equal(t, client.SyncFailed, report.Runs[0].Outcome)
	require.NoError(t, run.Finish(t.Context()))

	report = synced(t, pa.Client, client.SyncOptions{})
	assert.Equal(t, client.SyncDone, report.Runs[0].Outcome)
	assert.EqualValues(t, 38, report.Runs[0].RowsSent)
	require.Len(t, report.Runs[0].Warnings, 1)
	v := onServer(t, s, "acme", "vision", "r1")
	got := values(t, v)
	assert.Len(t, got, 108)
	for i := range 38 {
		assert.Equal(t, 20+i, got[70+i])
	}
	assert.InDelta(t, 149, v.Summary["i"], 0)
	report = synced(t, pa.Client, client.SyncOptions{IncludeSynced: true})
	assert.Zero(t, report.Runs[0].RowsSent)
}

func TestSync_SavedFilesOfKilledRun_AreUploaded(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	program := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(program, "ckpt"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(program, "ckpt", "model.bin"), []byte("weights"), 0o600))
	p := m.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	names, err := run.SaveFile(filepath.Join(program, "ckpt", "*"), program, client.SaveAtEnd)
	require.NoError(t, err)
	assert.Equal(t, []string{"ckpt/model.bin"}, names)
	p.kill(t, run)
	assert.NotContains(t, onServer(t, s, "acme", "vision", "r1").Files, "ckpt/model.bin")

	report := synced(t, m.start(t).Client, client.SyncOptions{})
	assert.Empty(t, report.Runs[0].MissingFiles)
	assert.Equal(t, "weights", string(onServer(t, s, "acme", "vision", "r1").Files["ckpt/model.bin"]))
}

// The official client does not lock its logs. One without an end that changed a moment ago
// may be written by a living process: it stays, and the run continues behind its rows.
func TestResume_LogOfOfficialClientChangedJustNow_LeavesRoom(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	dir := filepath.Join(m.dir, "wandb", "run-20260101_120000-r1")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "files"), 0o700))
	w, err := journal.Create(filepath.Join(dir, "run-r1.wandb"), journal.Options{})
	require.NoError(t, err)
	for _, rec := range []logrecord.Record{
		&logrecord.Header{Producer: "0.31.0"},
		&logrecord.Run{ID: "r1", Entity: "acme", Project: "vision"},
	} {
		require.NoError(t, w.Append(rec))
	}
	for i := range 4 {
		require.NoError(t, w.AppendRow(&logrecord.Row{Line: fmt.Appendf(nil, `{"i":%d,"_step":%d}`, i, i), Step: int64(i)}))
	}
	require.NoError(t, w.Close())
	p := m.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
	require.NoError(t, err)
	require.ErrorContains(t, run.Err(), "4 rows of an earlier process of this run: its log has no end")
	assert.EqualValues(t, 4, run.Step())
	log(t, run, 4, 6)
	require.NoError(t, run.Finish(t.Context()))
}

// hasRows matches a post with rows.
func hasRows(_ *http.Request, body []byte) bool {
	return bytes.Contains(body, []byte("wandb-history.jsonl"))
}
