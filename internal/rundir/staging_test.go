package rundir

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStaging_IsWhereTheOfficialClientKeepsFiles(t *testing.T) {
	t.Parallel()
	env := func(vars map[string]string) func(string) string {
		return func(name string) string { return vars[name] }
	}
	assert.Empty(t, Staging(env(nil), ""))
	assert.Equal(t, filepath.Join("d", "artifacts", "staging"), Staging(env(map[string]string{"WANDB_DATA_DIR": "d"}), ""))
	if runtime.GOOS == "linux" {
		assert.Equal(t, "/home/jo/.local/share/wandb/artifacts/staging", Staging(env(nil), "/home/jo"))
		assert.Equal(t, "/x/wandb/artifacts/staging", Staging(env(map[string]string{"XDG_DATA_HOME": "/x"}), "/home/jo"))
	}
}
