package rundir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoots_CannotWrite_AddsTemporaryDirectories(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	kept := filepath.Join(tmp, "wandgo-1", "wandb")
	require.NoError(t, os.MkdirAll(kept, 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(tmp, "wandgo-2"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(tmp, "other", "wandb"), 0o700))
	require.NoError(t, os.Symlink(filepath.Dir(kept), filepath.Join(tmp, "wandgo-3")))

	free := filepath.Join(t.TempDir(), "not", "there", "wandb")
	assert.Equal(t, []string{free}, Roots(free, tmp))
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	blocked = filepath.Join(blocked, "wandb")
	assert.Equal(t, []string{blocked, kept}, Roots(blocked, tmp))
	assert.Equal(t, []string{blocked}, Roots(blocked, filepath.Join(tmp, "nothing")))
}
