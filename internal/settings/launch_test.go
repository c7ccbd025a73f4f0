package settings

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Program, host and queue are from the environment,
// else from the settings file.
func TestResolve_ProgramHostLaunch_FromEnvironmentAndFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.resolve(t, Explicit{})
	assert.Empty(t, s.Launch)
	assert.Empty(t, s.Program+s.Host)

	w.write(t, "wandb/settings", "[default]\nprogram = file.go\nhost = file-host\nlaunch_queue_name = file-queue\nconsole = off\ngit_remote = mirror\ngit_root = sub\n")
	s = w.resolve(t, Explicit{})
	assert.Equal(t, "file.go", s.Program)
	assert.Equal(t, "file-host", s.Host)
	assert.Equal(t, map[string]string{"launch_queue_name": "file-queue"}, s.Launch)
	assert.True(t, s.NoConsole)
	assert.Equal(t, Git{Root: filepath.Join(w.work, "sub"), Remote: "mirror"}, s.Machine.Git)

	w.vars = map[string]string{
		"WANDB_PROGRAM": "train", "WANDB_HOST": "node7", "WANDB_CONSOLE": "wrap",
		"WANDB_LAUNCH_QUEUE_NAME": "q", "WANDB_LAUNCH_QUEUE_ENTITY": "acme", "WANDB_LAUNCH_TRACE_ID": "t1",
	}
	s = w.resolve(t, Explicit{})
	assert.Equal(t, "train", s.Program)
	assert.Equal(t, "node7", s.Host)
	assert.Equal(t, map[string]string{"launch_queue_name": "q", "launch_queue_entity": "acme", "launch_trace_id": "t1"}, s.Launch)
	assert.False(t, s.NoConsole)
	assert.Empty(t, s.Warnings)

	w.vars["WANDB_CONSOLE"] = "sideways"
	s = w.resolve(t, Explicit{})
	assert.False(t, s.NoConsole)
	assert.Contains(t, s.Warnings[0], "WANDB_CONSOLE")
}
