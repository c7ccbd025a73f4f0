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

// TestRoots_AnotherRootWasReplaced_IsLeftOut: the temporary directory has runs of several
// programs.
func TestRoots_AnotherRootWasReplaced_IsLeftOut(t *testing.T) {
	t.Parallel()
	tmp, mine, other := t.TempDir(), filepath.Join(t.TempDir(), "wandb"), filepath.Join(t.TempDir(), "wandb")
	create := func(root string) string {
		_, instead, err := Temp(root, tmp)
		require.NoError(t, err)
		require.NoError(t, os.Mkdir(instead, 0o700))
		return instead
	}
	replaced, elsewhere := create(mine), create(other)
	for _, roots := range [][]string{Roots(mine, tmp), AllRoots(mine, tmp)} {
		assert.Equal(t, []string{mine, replaced}, roots)
	}
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(elsewhere), rootFile))) // by an older version
	assert.Equal(t, []string{mine, replaced}, Roots(mine, tmp))
	assert.ElementsMatch(t, []string{mine, replaced, elsewhere}, AllRoots(mine, tmp))
}
