package settings

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResolve_Machine_FromEnvironmentAndFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		vars map[string]string
		want Machine
	}{
		{"defaults", nil, Machine{StatsInterval: 15 * time.Second}},
		{"git off", map[string]string{"WANDB_DISABLE_GIT": "1"}, Machine{NoGit: true, StatsInterval: 15 * time.Second}},
		{"git off, with any word", map[string]string{"WANDB_DISABLE_GIT": "0"}, Machine{NoGit: true, StatsInterval: 15 * time.Second}},
		{"git not off", map[string]string{"WANDB_DISABLE_GIT": "false"}, Machine{StatsInterval: 15 * time.Second}},
		{"stats off", map[string]string{"WANDB_X_DISABLE_STATS": "true"}, Machine{NoStats: true, StatsInterval: 15 * time.Second}},
		{"stats at another pace", map[string]string{"WANDB_X_STATS_SAMPLING_INTERVAL": "0.5"}, Machine{StatsInterval: 500 * time.Millisecond}},
		{"meta off", map[string]string{"WANDB_X_DISABLE_META": "yes"}, Machine{NoMeta: true, StatsInterval: 15 * time.Second}},
		{"files to leave out", map[string]string{"WANDB_IGNORE_GLOBS": "*.pt,,requirements.txt"}, Machine{StatsInterval: 15 * time.Second, IgnoreGlobs: []string{"*.pt", "requirements.txt"}}},
		{"code saved", map[string]string{"WANDB_SAVE_CODE": "true"}, Machine{SaveDiff: true, StatsInterval: 15 * time.Second}},
		{"code never saved", map[string]string{"WANDB_DISABLE_CODE": "1"}, Machine{NoCode: true, StatsInterval: 15 * time.Second}},
		{"machine info off", map[string]string{"WANDB_X_DISABLE_MACHINE_INFO": "1"}, Machine{NoInfo: true, StatsInterval: 15 * time.Second}},
		{"modules off", map[string]string{"WANDB_X_SAVE_REQUIREMENTS": "false"}, Machine{NoRequirements: true, StatsInterval: 15 * time.Second}},
		{"modules on", map[string]string{"WANDB_X_SAVE_REQUIREMENTS": "true"}, Machine{StatsInterval: 15 * time.Second}},
		{"what the repository is", map[string]string{
			"WANDB_GIT_ROOT": "/src", "WANDB_GIT_REMOTE": "upstream", "WANDB_GIT_REMOTE_URL": "https://example.com/a", "WANDB_GIT_COMMIT": "abc",
		}, Machine{Git: Git{"/src", "upstream", "https://example.com/a", "abc"}, StatsInterval: 15 * time.Second}},
		{"what runs", map[string]string{"WANDB_EXECUTABLE": "/bin/x", "WANDB_DOCKER": "img:1"}, Machine{Executable: "/bin/x", Docker: "img:1", StatsInterval: 15 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := Resolve(Env{LookupEnv: MapEnv(tt.vars), Home: t.TempDir(), WorkDir: t.TempDir()}, Explicit{})
			require.NoError(t, err)
			assert.Equal(t, tt.want, s.Machine)
		})
	}
}
