//go:build unix

package syncrun_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/syncrun"
)

// Opening it would block.
func TestFind_NamedPipe_IsNotOpened(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	writeLog(t, root, runDir, ours, runBody())
	pipe := filepath.Join(root, runDir, "run-pipe.wandb")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	logs, err := syncrun.Find(root)
	require.NoError(t, err)
	assert.Len(t, logs, 1)
	logs, err = syncrun.Find(pipe)
	require.NoError(t, err)
	require.Len(t, logs, 1)
	require.ErrorContains(t, logs[0].Err, "not a regular file")

	require.NoError(t, os.Remove(filepath.Join(root, runDir, "run-r1.wandb")))
	_, err = syncrun.Find(root)
	require.ErrorIs(t, err, syncrun.ErrNoLog)
}
