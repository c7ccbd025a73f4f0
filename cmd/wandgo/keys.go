package main

import (
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
)

// foundKey is an API key and where it stands.
type foundKey struct {
	key    secret.Key
	source string
}

// keysAround finds every API key a program in this environment could pick up,
// the one that is used first: it resolves the settings again without the source
// of the key found last, until none is left.
func keysAround(env settings.Env, used *settings.Settings) []foundKey {
	var found []foundKey
	add := func(s *settings.Settings, err error) {
		if err != nil || s.Key.Empty() {
			return
		}
		for _, f := range found {
			if f.source == s.KeySource {
				return
			}
		}
		found = append(found, foundKey{s.Key, s.KeySource})
	}
	add(used, nil)
	base := settings.Explicit{BaseURL: used.BaseURL.Text}
	env = withoutVariable(withoutVariable(env, "WANDB_API_KEY"), "WANDB_IDENTITY_TOKEN_FILE")
	add(settings.Resolve(env, base))
	add(settings.Resolve(withoutNetrc(env), base))
	return found
}

func withoutVariable(env settings.Env, hidden string) settings.Env {
	lookup := env.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	env.LookupEnv = func(name string) (string, bool) {
		if name == hidden {
			return "", false
		}
		return lookup(name)
	}
	return env
}

// withoutNetrc points netrc to nowhere. Below the null device there is no file.
func withoutNetrc(env settings.Env) settings.Env {
	lookup := env.LookupEnv
	env.LookupEnv = func(name string) (string, bool) {
		if name == "NETRC" {
			return filepath.Join(os.DevNull, "netrc"), true
		}
		return lookup(name)
	}
	return env
}
