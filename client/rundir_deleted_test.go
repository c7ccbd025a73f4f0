package client_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// skipUnlessUnix skips a test where an open file cannot be deleted.
func skipUnlessUnix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be deleted here")
	}
}

// An open file that was deleted still has its rows: they are written anew.
func TestFinish_DirectoryWasDeleted_RowsAreWrittenAnew(t *testing.T) {
	t.Parallel()
	skipUnlessUnix(t)
	s := wandbtest.New(t, everybody())
	var output logFile
	c := newClient(t, s, key("member"), quickly, output.listen)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
	require.NoError(t, err)
	log(t, run, 0, 3)
	require.NoError(t, run.Flush(t.Context()))
	require.NoError(t, os.Rename(run.Dir(), run.Dir()+"-moved"))
	require.NoError(t, os.RemoveAll(run.Dir()+"-moved"))
	require.NoError(t, run.Flush(t.Context()))
	log(t, run, 3, 6)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	require.Eventually(t, func() bool { return strings.Contains(output.String(), "was written anew") }, time.Minute, time.Millisecond)
	assert.Equal(t, client.SyncDone, synced(t, c, client.SyncOptions{}, run.Dir()).Runs[0].Outcome)
	stored(t, s, run, 6)
}

// If they cannot be written anew, the run says that they are lost, and does not advise to
// make room.
func TestFinish_DirectoryWasDeletedForGood_SaysThatRowsAreLost(t *testing.T) {
	t.Parallel()
	skipUnlessUnix(t)
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
	require.NoError(t, err)
	log(t, run, 0, 3)
	require.NoError(t, run.Flush(t.Context()))
	root := filepath.Dir(run.Dir())
	require.NoError(t, os.Rename(root, root+"-moved"))
	require.NoError(t, os.WriteFile(root, nil, 0o600))
	require.NoError(t, os.RemoveAll(root+"-moved"))
	require.Error(t, run.Flush(t.Context()), "what was flushed is gone")
	require.Error(t, run.Err())
	err = run.Finish(t.Context())
	require.ErrorIs(t, err, errors.ErrRowLost)
	assert.Contains(t, err.Error(), "3 of 3 rows are neither on the server nor on disk")
	assert.Equal(t, 1, strings.Count(err.Error(), "close journal"), err.Error())
	text := errors.Explain(err)
	assert.Contains(t, text, "the file was deleted while the run wrote it")
	assert.Contains(t, text, "Keep the run's directory until the run has ended")
	assert.NotContains(t, text, "Free space")
}

// The server has the rows of a run that is online.
func TestFinish_DirectoryOfAnOnlineRunWasDeleted_LosesNothing(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	logs, err := filepath.Glob(filepath.Join(run.Dir(), "*.wandb"))
	require.NoError(t, err)
	require.Len(t, logs, 1)
	require.NoError(t, os.Remove(logs[0]))
	require.NoError(t, run.Finish(t.Context()))
	stored(t, s, run, 3)
}
