package rundir

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRemove_LatestRun_LeadsToTheNewestLeft(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "wandb")
	dirs := make([]*Dir, 3)
	for i := range dirs {
		var err error
		dirs[i], err = Create(root, string(rune('a'+i)), i == 1, noon.Add(time.Duration(i)*time.Hour))
		require.NoError(t, err)
	}
	link := func(name string) string {
		target, _ := os.Readlink(filepath.Join(root, name))
		return target
	}
	require.NoError(t, os.Symlink(filepath.Join(dirs[2].Path(), "logs", "debug.log"), filepath.Join(root, "debug.log")))
	require.NoError(t, dirs[0].Remove())
	assert.Equal(t, filepath.Base(dirs[2].Path()), link("latest-run"), "it leads to another run")
	assert.NotEmpty(t, link("debug.log"))
	require.NoError(t, dirs[2].Remove())
	assert.Equal(t, filepath.Base(dirs[1].Path()), link("latest-run"))
	assert.Empty(t, link("debug.log"))
	require.NoError(t, dirs[1].Remove())
	assert.Empty(t, link("latest-run"))
	assert.NoDirExists(t, dirs[1].Path())
}
