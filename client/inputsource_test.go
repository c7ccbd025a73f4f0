package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestInputErrorNamesItsSource: whoever reads that a value is wrong has to know
// where it stands, and must not be sent to another place.
func TestInputErrorNamesItsSource(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := filepath.Join(home, "settings")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nentity = acme/x\nrun_tags = "+strings.Repeat("x", 65)+"\n"), 0o600))
	tests := []struct {
		name   string
		env    []string
		opts   client.RunOptions
		field  string
		source string
	}{
		{"entity in a settings file", []string{"WANDB_CONFIG_DIR", home}, client.RunOptions{}, "entity", "settings file " + file},
		{"entity in the environment", []string{"WANDB_ENTITY", "acme/x"}, client.RunOptions{}, "entity", "WANDB_ENTITY"},
		{"entity in the options", []string{"WANDB_ENTITY", "acme"}, client.RunOptions{Entity: "acme/x"}, "entity", "RunOptions.Entity"},
		{"project", []string{"WANDB_PROJECT", "a/b"}, client.RunOptions{}, "project", "WANDB_PROJECT"},
		{"project in the options", nil, client.RunOptions{Project: "a/b"}, "project", "RunOptions.Project"},
		{"run id", []string{"WANDB_RUN_ID", "a/b"}, client.RunOptions{}, "run id", "WANDB_RUN_ID"},
		{"run id in the options", nil, client.RunOptions{ID: "a/b"}, "run id", "RunOptions.ID"},
		{"name under its second variable", []string{"WANDB_RUN_NAME", "a\x01"}, client.RunOptions{}, "name", "WANDB_RUN_NAME"},
		{"group", []string{"WANDB_RUN_GROUP", "a\x01"}, client.RunOptions{}, "group", "WANDB_RUN_GROUP"},
		{"job type", []string{"WANDB_JOB_TYPE", "a\x01"}, client.RunOptions{}, "job type", "WANDB_JOB_TYPE"},
		{"notes", []string{"WANDB_NOTES", "a\xff"}, client.RunOptions{}, "notes", "WANDB_NOTES"},
		{"tags", []string{"WANDB_TAGS", "a,b\x01"}, client.RunOptions{}, "tag", "WANDB_TAGS"},
		{"tags in a settings file", []string{"WANDB_CONFIG_DIR", home}, client.RunOptions{Entity: "acme"}, "tag", "settings file " + file},
		{"tags in the options", []string{"WANDB_TAGS", "a"}, client.RunOptions{Tags: []string{"b\x01"}}, "tag", "RunOptions.Tags"},
		{"resume", []string{"WANDB_RESUME", "maybe"}, client.RunOptions{}, "resume", "WANDB_RESUME"},
		{"resume in the options", nil, client.RunOptions{Resume: "maybe"}, "resume", "RunOptions.Resume"},
		{"mode in the options", nil, client.RunOptions{Mode: "onlin"}, "mode", "RunOptions.Mode"},
		{"resume in shared mode", []string{"WANDB_RESUME", "never"}, client.RunOptions{Mode: "shared", ID: "r1"}, "resume", "WANDB_RESUME"},
		{"label in the options", []string{"WANDB_X_LABEL", "a"}, client.RunOptions{Mode: "shared", ID: "r1", Shared: client.Shared{Label: "a/b"}}, "label", "RunOptions.Shared.Label"},
		{"label", []string{"WANDB_X_LABEL", "a/b"}, client.RunOptions{Mode: "shared", ID: "r1"}, "label", "WANDB_X_LABEL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), environ(tt.env...))
			_, err := c.Init(t.Context(), tt.opts)
			in, ok := errors.AsType[*errors.InputError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, in.Field)
			assert.Equal(t, tt.source, in.Source)
			assert.Contains(t, err.Error(), "(from "+tt.source+")")
			assert.Empty(t, s.Requests())
		})
	}
}

// TestBrokenSettingsFile: a key from the environment does not go to W&B's cloud
// because the file that names another server has a slip in it.
func TestBrokenSettingsFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := filepath.Join(home, "settings")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nbase_url = https://wandb.test\nentity\n"), 0o600))
	vars := map[string]string{"WANDB_CONFIG_DIR": home, "WANDB_API_KEY": key("member")}
	o := client.Options{Getenv: func(name string) string { return vars[name] }}
	_, err := client.New(o)
	in, ok := errors.AsType[*errors.InputError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "settings file "+file, in.Source)
	assert.Contains(t, err.Error(), "line 3")

	o.BaseURL = "https://wandb.test"
	c, err := client.New(o)
	require.NoError(t, err, "where the server is named, the file stops nothing")
	require.NoError(t, c.Close())
}
