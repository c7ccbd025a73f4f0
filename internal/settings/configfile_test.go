package settings

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResolve_ConfigFiles_StrongestLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	defaults := ConfigFile{Name: "config-defaults.yaml", Path: filepath.Join(w.work, "config-defaults.yaml")}
	s := w.resolve(t, Explicit{})
	assert.Equal(t, []ConfigFile{defaults}, s.ConfigFiles, "it is looked for, and not looked into")
	assert.Nil(t, s.SweepParams)

	w.vars = map[string]string{"WANDB_CONFIG_PATHS": "a.yaml, /b.yaml,,~/c.yaml", "WANDB_SWEEP_PARAM_PATH": "wandb/sweep-s/config-r.yaml"}
	s = w.resolve(t, Explicit{})
	assert.Equal(t, []ConfigFile{
		defaults,
		{"a.yaml", filepath.Join(w.work, "a.yaml"), "WANDB_CONFIG_PATHS"},
		{"/b.yaml", "/b.yaml", "WANDB_CONFIG_PATHS"},
		{"~/c.yaml", filepath.Join(w.home, "c.yaml"), "WANDB_CONFIG_PATHS"},
	}, s.ConfigFiles)
	name := filepath.Join("wandb", "sweep-s", "config-r.yaml")
	assert.Equal(t, &ConfigFile{"wandb/sweep-s/config-r.yaml", filepath.Join(w.work, name), "WANDB_SWEEP_PARAM_PATH"}, s.SweepParams)
}
