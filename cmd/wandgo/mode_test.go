package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOfflineAndOnline_Directory_ChangesMode(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	r := i.run(t, "offline")
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "wandgo sync")
	assert.Contains(t, i.run(t, "status", "--json").stdout, `"mode": "offline"`)
	r = i.run(t, "online")
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, i.run(t, "status", "--json").stdout, `"mode": "online"`)
	text, err := os.ReadFile(filepath.Join(i.dir, "wandb", "settings"))
	require.NoError(t, err)
	assert.Equal(t, "[default]\n", string(text))
}

func TestOnline_VariableSaysOffline_IsReported(t *testing.T) {
	t.Parallel()
	r := in(t, map[string]string{"WANDB_MODE": "offline"}).run(t, "online")
	assert.Equal(t, exitAllowed, r.status)
	assert.Contains(t, r.stderr, "WANDB_MODE takes precedence; runs are offline")
}

func TestOffline_FileNotUnderstood_IsNotChanged(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	path := filepath.Join(i.dir, "wandb", "settings")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte("nonsense\n"), 0o600))
	r := i.run(t, "offline")
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, "line 1")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "nonsense\n", string(text))
}
