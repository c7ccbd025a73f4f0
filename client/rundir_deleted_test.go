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
	"github.com/wandgo/wandgo/wandbtest"
)

// Whoever deletes the directory of a run that is offline deletes its rows. The run says so,
// and does not advise to make room.
func TestFinish_DirectoryWasDeleted_SaysThatRowsAreLost(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("whether an open file was deleted cannot be found out on every system")
	}
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
	require.NoError(t, err)
	log(t, run, 0, 3)
	require.NoError(t, run.Flush(t.Context()))
	require.NoError(t, os.RemoveAll(run.Dir()))
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
