package doctor

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// FoundKey is an API key and where it was found.
type FoundKey struct {
	Key    secret.Key
	Source string
}

// findKeys finds every API key that a program in this environment could pick up,
// the one in use first. It resolves the settings again without the source of each
// key that it has found.
func findKeys(env settings.Env, used *settings.Settings) []FoundKey {
	var found []FoundKey
	add := func(s *settings.Settings, err error) {
		known := func(f FoundKey) bool { return f.Source == s.KeySource }
		if err == nil && !s.Key.Empty() && !slices.ContainsFunc(found, known) {
			found = append(found, FoundKey{s.Key, s.KeySource})
		}
	}
	add(used, nil)
	base := settings.Explicit{BaseURL: used.BaseURL.Text}
	env = env.With("WANDB_API_KEY", "", false).With("WANDB_IDENTITY_TOKEN_FILE", "", false)
	add(settings.Resolve(env, base))
	// There are no files below the null device.
	add(settings.Resolve(env.With("NETRC", filepath.Join(os.DevNull, "netrc"), true), base))
	return found
}
