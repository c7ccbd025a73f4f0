package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStatus_Settings_NamesTheirSources(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{
		"WANDB_API_KEY": joKey, "WANDB_BASE_URL": "https://wandb.example.com", "WANDB_ENTITY": "acme", "WANDB_INIT_TIMEOUT": "soon", "WANDB_PROJECT": "vi\x1b[31msion",
	})
	i.vars["HOME"], i.dir = "/h", "/d" // short, so that no line is wrapped
	r := i.run(t, "status")
	assert.Equal(t, exitAllowed, r.status)
	assert.Empty(t, r.stderr)
	golden(t, "status.golden", i.stable(r.stdout))
}

func TestStatus_DefaultProject_SaysWhereTheNameComesFrom(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	assert.Contains(t, flat(i.run(t, "status").stdout), "project uncategorized (default)")
	repo := i.dir
	require.NoError(t, os.MkdirAll(filepath.Join(repo, ".git"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(repo, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o600))
	i.dir = filepath.Join(repo, "train")
	require.NoError(t, os.MkdirAll(i.dir, 0o700))
	assert.Contains(t, flat(i.run(t, "status").stdout),
		"project "+filepath.Base(repo)+"-train (the default: the Git repository and the folder in it)")
}
