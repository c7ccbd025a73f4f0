package doctor

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

func TestFindKeys_ThreeSources_ListsThemInOrder(t *testing.T) {
	t.Parallel()
	const variable, netrc, file = "notakey0variable0000000000000000000000000a", "notakey0netrc0000000000000000000000000000b", "notakey0file00000000000000000000000000000c"
	home := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(home, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write(".netrc", "machine api.wandb.ai login user password "+netrc+"\n")
	write(filepath.Join(".config", "wandb", "settings"), "[default]\napi_key = "+file+"\n")
	vars := map[string]string{"WANDB_API_KEY": variable}
	env := settings.Env{LookupEnv: settings.MapEnv(vars), Home: home, WorkDir: home}
	used, err := settings.Resolve(env, settings.Explicit{})
	require.NoError(t, err)
	var keys []secret.Key
	for _, found := range findKeys(env, used) {
		keys = append(keys, found.Key)
	}
	assert.True(t, assert.ObjectsAreEqual([]secret.Key{secret.New(variable), secret.New(netrc), secret.New(file)}, keys), "%d keys", len(keys))
}
