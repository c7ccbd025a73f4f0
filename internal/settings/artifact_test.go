package settings_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/settings"
)

func TestResolve_ArtifactDirs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("other defaults")
	}
	for name, c := range map[string]struct {
		env                 map[string]string
		cache, artifactsDir string
	}{
		"defaults":  {nil, "/home/u/.cache/wandb", "/jobs/artifacts"},
		"xdg":       {map[string]string{"XDG_CACHE_HOME": "/x"}, "/x/wandb", "/jobs/artifacts"},
		"variables": {map[string]string{"WANDB_CACHE_DIR": "c", "WANDB_ARTIFACT_DIR": "~/a", "XDG_CACHE_HOME": "/x"}, "/jobs/c", "/home/u/a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := settings.Resolve(settings.Env{
				Home: "/home/u", WorkDir: "/jobs",
				LookupEnv: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok },
			}, settings.Explicit{})
			require.NoError(t, err)
			assert.Equal(t, filepath.FromSlash(c.cache), s.CacheDir)
			assert.Equal(t, filepath.FromSlash(c.artifactsDir), s.ArtifactDir)
		})
	}
}
