package syncrun_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

func TestFind_EachPathToALog_FindsTheSameRun(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	root := filepath.Join(base, "wandb")
	path := writeLog(t, root, runDir, official, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	require.NoError(t, os.Symlink(runDir, filepath.Join(root, "latest-run")))
	link := filepath.Join(base, "link.wandb")
	require.NoError(t, os.Symlink(path, link))
	for name, way := range map[string]string{
		"the log":             path,
		"its directory":       filepath.Dir(path),
		"the latest run":      filepath.Join(root, "latest-run"),
		"a log in that":       filepath.Join(root, "latest-run", filepath.Base(path)),
		"the directory wandb": root,
		"its parent":          base,
		"a link to the log":   link,
	} {
		logs, err := syncrun.Find(way)
		require.NoError(t, err, name)
		require.Len(t, logs, 1, name)
		assert.Equal(t, filepath.Dir(path), logs[0].Dir.Path(), name)
		assert.True(t, logs[0].Dir.Offline(), name)
	}
	logs, err := syncrun.Find(root, path, filepath.Join(root, "latest-run"), link)
	require.NoError(t, err)
	assert.Len(t, logs, 1, "each once")
}

// The log is outside of a run's directory.
func TestSync_CopiedLog_IsUploaded(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "elsewhere", official, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	assert.Equal(t, syncrun.Synced, r.Outcome, r.Reason)
	assert.Len(t, s.lines[historyFile], 3)
}

func TestFind_NoLog_ReturnsError(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	_, err := syncrun.Find(empty)
	require.ErrorIs(t, err, syncrun.ErrNoLog)
	_, err = syncrun.Find(filepath.Join(empty, "nothing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	text := filepath.Join(empty, "a.txt")
	require.NoError(t, os.WriteFile(text, nil, 0o600))
	_, err = syncrun.Find(text)
	require.ErrorIs(t, err, syncrun.ErrNoLog)

	root := t.TempDir()
	writeLog(t, root, runDir, ours, runBody())
	logs, err := syncrun.FindIn(filepath.Join(empty, "nothing"), empty, root)
	require.NoError(t, err)
	assert.Len(t, logs, 1)
	_, err = syncrun.FindIn(filepath.Join(empty, "nothing"), empty)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// It does not count as empty.
func TestFind_UnreadableDirectory_IsReported(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	root := t.TempDir()
	writeLog(t, root, "offline-run-20270115_080000-good", ours, bodies(some(runBody()), rowsOf(0, 3), some(&record.Exit{}))...)
	secret := filepath.Dir(writeLog(t, root, "offline-run-20270115_090000-r2", ours, runBody()))
	require.NoError(t, os.Chmod(secret, 0))
	t.Cleanup(func() { _ = os.Chmod(secret, 0o700) }) //nolint:gosec // a directory
	results := syncPaths(t, newServer(), syncrun.Options{}, root)
	require.Len(t, results, 2)
	assert.Equal(t, syncrun.Synced, results[0].Outcome)
	assert.Equal(t, syncrun.Failed, results[1].Outcome)
	require.ErrorIs(t, results[1].Err, fs.ErrPermission)
	assert.Equal(t, "r2", results[1].RunID)
	assert.Equal(t, secret, results[1].Dir)
	_, err := syncrun.Find(secret)
	require.ErrorIs(t, err, fs.ErrPermission)
}
