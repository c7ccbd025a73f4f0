package client_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// written writes a file of the test and returns its path.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestConfigFiles: the program's config goes before what files say, the later file
// before the earlier, and what a sweep chose before everything.
func TestConfigFiles(t *testing.T) {
	t.Parallel()
	first := written(t, "first.yaml", "a: {value: 1}\nb: {value: 1}\nc: {value: 1}\nd: {value: 1}\nopt: {value: {name: adam, eps: 1.0e-8}}\n")
	second := written(t, "second.yaml", "wandb_version: 1\nb: {value: 2}\nc: {value: 2}\nd: {value: 2}\n")
	sweep := written(t, "config-abc.yaml", "wandb_version: 1\n\nd:\n  value: 4\nnested:\n  value:\n    x: 4\n")
	st := newStage(t, client.RunOptions{Config: map[string]any{
		"c": 3, "d": 3, "opt": map[string]any{"name": "lion"}, "nested": map[string]any{"y": 3},
	}}, quicklyWith("WANDB_CONFIG_PATHS", first+", "+second+",", "WANDB_SWEEP_PARAM_PATH", sweep, "WANDB_SWEEP_ID", "sw1", "WANDB_ENTITY", "acme", "WANDB_PROJECT", "vision"))
	var d int
	ok, err := st.run.Config().Get("d", &d)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, 4, d, "the program reads what the sweep chose")

	err = st.run.OverwriteConfig(map[string]any{"c": 5, "d": 5})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.Contains(t, err.Error(), `config["d"]`)
	require.NoError(t, st.run.OverwriteConfig(map[string]any{"d": 4}))

	config := st.finish(t).Config
	delete(config, "_wandb")
	assert.Equal(t, map[string]any{
		"a": 1.0, "b": 2.0, "c": 5.0, "d": 4.0, "opt": map[string]any{"name": "lion"}, "nested": map[string]any{"x": 4.0, "y": 3.0},
	}, config)
}

// TestConfigDefaults: config-defaults.yaml is found in the working directory.
func TestConfigDefaults(t *testing.T) {
	t.Chdir(filepath.Dir(written(t, "config-defaults.yaml", "lr:\n  desc: learning rate\n  value: 0.1\nepochs:\n  value: 3\n")))
	st := newStage(t, client.RunOptions{Config: map[string]any{"epochs": 5}})
	config := st.finish(t).Config
	assert.Equal(t, []any{0.1, 5.0}, []any{config["lr"], config["epochs"]})
	run, err := st.c.Init(t.Context(), client.RunOptions{Mode: "offline", Project: "p"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	kept := onDisk(t, run.Dir())
	assert.JSONEq(t, `{"epochs":3,"lr":0.1}`, string(kept.Config.AppendJSON(nil)))

	// The file is not about a run that took place earlier, such as an imported one.
	run, err = st.c.Init(t.Context(), client.RunOptions{Mode: "offline", Project: "p", Started: time.Unix(1700000000, 0)})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
	kept = onDisk(t, run.Dir())
	assert.JSONEq(t, `{}`, string(kept.Config.AppendJSON(nil)))
}

// TestConfigFilesThatCannotBeRead are named with their line, before any request.
func TestConfigFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, variable, path, want string }{
		{"missing", "WANDB_CONFIG_PATHS", "nowhere.yaml", `invalid config file "nowhere.yaml": cannot be read: no such file or directory (from WANDB_CONFIG_PATHS)`},
		{"missing parameters", "WANDB_SWEEP_PARAM_PATH", "nowhere.yaml", `invalid config file "nowhere.yaml": cannot be read: no such file or directory (from WANDB_SWEEP_PARAM_PATH)`},
		{"a directory", "WANDB_CONFIG_PATHS", t.TempDir(), "not a regular file"},
		{"no value", "WANDB_CONFIG_PATHS", written(t, "c.yaml", "# c\nlr: 0.1\n"), `line 2: the key "lr" has no value below it`},
		{"not supported", "WANDB_SWEEP_PARAM_PATH", written(t, "c.yaml", "lr:\n  value: !!python/tuple [1]\n"), "line 2: has a tag that is not supported"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), environ(tt.variable, tt.path))
			for _, mode := range []string{"online", "offline"} {
				_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.Mode(mode), OnRefused: client.GoOfflineOnRefusal})
				var in *errors.InputError
				require.ErrorAs(t, err, &in)
				assert.Contains(t, err.Error(), tt.want)
				assert.Contains(t, errors.Explain(err), "Nothing was sent")
			}
			assert.Empty(t, s.Requests())
		})
	}
}
