package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/wandbtest"
)

// On the server, rows of one process replace rows of the other. Neither log counts as
// synced then, and a sync adds what was replaced.
func TestFinish_AnotherProcessWroteTheRun_SyncAddsReplacedRows(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	dir := t.TempDir()
	var shown logFile
	start := func(resume client.Resume) *client.Run {
		c := newClient(t, s, key("member"), func(o *client.Options) { o.Dir, o.Output = dir, &shown })
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "same", Resume: resume})
		require.NoError(t, err)
		return run
	}
	first := start("")
	require.NoError(t, first.Log(map[string]any{"i": 0}))
	require.NoError(t, first.Flush(t.Context()))
	second := start(client.ResumeAllow)
	require.NoError(t, second.Log(map[string]any{"i": 100}))
	require.NoError(t, second.Finish(t.Context()))
	for i := 1; i < 4; i++ {
		require.NoError(t, first.Log(map[string]any{"i": i}))
	}
	require.NoError(t, first.Finish(t.Context()))
	assert.Contains(t, shown.String(), "wandgo sync adds them from "+first.Dir())
	assert.Contains(t, shown.String(), "wandgo sync adds them from "+second.Dir())

	report, err := newClient(t, s, key("member")).Sync(t.Context(), []string{dir}, client.SyncOptions{})
	require.NoError(t, err)
	assert.Equal(t, 2, report.Count(client.SyncDone))
	var got []any
	for _, row := range onServer(t, s, "acme", "team", "same").History() {
		got = append(got, row["i"])
	}
	assert.Equal(t, []any{0., 1., 2., 3., 100.}, got)
}

func TestInit_SettingsThatHaveNoEffect_AreShownOnce(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var shown logFile
	env := map[string]string{"WANDB_INIT_TIMEOUT": "NaN", "WANDB_API_KEY": key("member"), "WANDB_BASE_URL": s.URL(), "WANDB_DIR": t.TempDir()}
	c, err := client.New(client.Options{Output: &shown, Getenv: func(name string) string { return env[name] }})
	require.NoError(t, err)
	defer c.Close()
	for range 2 {
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
		require.NoError(t, err)
		require.NoError(t, run.Finish(t.Context()))
	}
	assert.Equal(t, 1, strings.Count(shown.String(), `wandgo: WANDB_INIT_TIMEOUT: "NaN" is not a duration`), shown.String())
}

// A file that the killed process saved and that was deleted since is named, as it is when a sync
// uploads the log.
func TestResume_SavedFileOfKilledProcessIsGone_IsTold(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	m := newMachine(t, s, wandbtest.AliceKey)
	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: client.ResumeAllow}
	p := m.start(t)
	run, err := p.Init(t.Context(), opts)
	require.NoError(t, err)
	p.net.unplugged.Store(true)
	file := filepath.Join(t.TempDir(), "model.txt")
	require.NoError(t, os.WriteFile(file, []byte("weights"), 0o600))
	_, err = run.SaveFile(file, filepath.Dir(file), client.SaveNow)
	require.NoError(t, err)
	log(t, run, 0, 5)
	p.kill(t, run)
	require.NoError(t, os.Remove(file))

	var shown logFile
	next := m.start(t, shown.listen)
	run, err = next.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	assert.Contains(t, shown.String(), "the file model.txt is no longer on this disk and was not uploaded")
}

// The id of a deleted run is never accepted again, so the command in the log file names
// another, as errors.Explain does, at the start, in mid-run and at the end.
func TestShown_RunWasDeleted_CommandHasAnotherID(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var shown logFile
	opts := client.RunOptions{Entity: "acme", Project: "team", ID: "r1", OnRefused: client.GoOfflineOnRefusal}
	run, err := newClient(t, s, key("member"), shown.listen).Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, s.DeleteRun("acme", "team", "r1"))
	log(t, run, 0, 3)
	require.ErrorIs(t, run.Finish(t.Context()), errors.ErrRunDeleted)
	again, err := newClient(t, s, key("member"), shown.listen).Init(t.Context(), opts)
	require.NoError(t, err)
	log(t, again, 0, 3)
	require.NoError(t, again.Finish(t.Context()))
	for _, dir := range []string{run.Dir(), again.Dir()} {
		assert.Contains(t, shown.String(), "wandgo sync --id r1-2 "+plaintext.ShellPath(dir))
		assert.NotContains(t, shown.String(), "wandgo sync "+plaintext.ShellPath(dir))
	}
}
