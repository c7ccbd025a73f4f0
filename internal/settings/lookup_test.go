package settings

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

// entry is what the official client writes to netrc.
func entry(machine, password string) string {
	return "machine " + machine + "\n  login user\n  password " + password + "\n"
}

func TestResolve_Key_ListsLookups(t *testing.T) {
	t.Parallel()
	const base = "http://localhost:8080"
	// In the expected texts, ~ is the home directory and @ the working directory.
	tests := []struct {
		name     string
		explicit string
		base     string
		vars     map[string]string
		files    map[string]string
		key      string
		source   string
		lookups  []string
		warnings int
	}{
		{
			name: "explicit wins", explicit: hexKey, vars: map[string]string{"WANDB_API_KEY": otherKey},
			key: hexKey, source: "Options.APIKey", lookups: []string{"Options.APIKey is set"},
		},
		{
			name: "environment over netrc", vars: map[string]string{"WANDB_API_KEY": hexKey},
			files: map[string]string{"~/.netrc": entry("localhost:8080", otherKey)},
			key:   hexKey, source: "WANDB_API_KEY", lookups: []string{"Options.APIKey is not set", "WANDB_API_KEY is set"},
		},
		{
			name: "netrc over settings files", vars: map[string]string{"WANDB_API_KEY": ""},
			files: map[string]string{"~/.netrc": entry("localhost:8080", hexKey), localFile: "[default]\napi_key = " + otherKey},
			key:   hexKey, source: "netrc ~/.netrc (machine localhost:8080)",
			lookups: []string{"Options.APIKey is not set", "WANDB_API_KEY is empty", "netrc ~/.netrc has a password (machine localhost:8080)"},
		},
		{
			name: "local over global file",
			files: map[string]string{
				localFile:  "[default]\napi_key = " + hexKey,
				globalFile: "[default]\napi_key = " + otherKey,
			},
			key: hexKey, source: "settings file @/wandb/settings",
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set", "netrc ~/.netrc does not exist",
				"settings file @/wandb/settings has api_key",
			},
		},
		{
			name: "global file last", files: map[string]string{globalFile: "[default]\napi_key = " + hexKey},
			key: hexKey, source: "settings file ~/.config/wandb/settings",
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set", "netrc ~/.netrc does not exist",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings has api_key",
			},
		},
		{
			name: "nothing", files: map[string]string{
				globalFile: "[default]\nentity = e\n", localFile: "broken",
				"~/.netrc": entry("example.com", otherKey),
			},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set",
				"netrc ~/.netrc has no entry for machine localhost:8080",
				"settings file @/wandb/settings is ignored because of an error in it",
				"settings file ~/.config/wandb/settings has no api_key",
			},
			warnings: 1,
		},
		{
			name: "stored under another port", files: map[string]string{"~/.netrc": entry("localhost", otherKey)},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set",
				"netrc ~/.netrc has no entry for machine localhost:8080, but one for localhost",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings does not exist",
			},
		},
		{
			name: "entry without password", files: map[string]string{"~/.netrc": "\nmachine localhost:8080\nlogin user\n"},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set",
				"netrc ~/.netrc has an entry without password (machine localhost:8080, line 2)",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings does not exist",
			},
			warnings: 1,
		},
		{
			name: "netrc with an error", files: map[string]string{"~/.netrc": entry("localhost:8080", otherKey) + otherKey},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set",
				"netrc ~/.netrc could not be parsed: line 4: expected login, account or password",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings does not exist",
			},
			warnings: 1,
		},
		{
			name: "default entry", files: map[string]string{"~/.netrc": "default login u password " + hexKey},
			key: hexKey, source: "netrc ~/.netrc (default entry)",
		},
		{
			name: "_netrc", files: map[string]string{"~/_netrc": entry("localhost:8080", hexKey)},
			key: hexKey, source: "netrc ~/_netrc (machine localhost:8080)",
		},
		{
			name:  ".netrc before _netrc",
			files: map[string]string{"~/_netrc": entry("localhost:8080", otherKey), "~/.netrc": entry("localhost:8080", hexKey)},
			key:   hexKey, source: "netrc ~/.netrc (machine localhost:8080)",
		},
		{
			name: "NETRC", vars: map[string]string{"NETRC": "~/keys"},
			files: map[string]string{"~/keys": entry("localhost:8080", hexKey), "~/.netrc": entry("localhost:8080", otherKey)},
			key:   hexKey, source: "netrc ~/keys (machine localhost:8080)",
		},
		{
			name: "NETRC that is not there hides ~/.netrc", vars: map[string]string{"NETRC": "~/keys"},
			files: map[string]string{"~/.netrc": entry("localhost:8080", otherKey)},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set", "netrc ~/keys does not exist",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings does not exist",
			},
		},
		{
			name: "empty NETRC", vars: map[string]string{"NETRC": ""}, files: map[string]string{"~/.netrc": entry("localhost:8080", hexKey)},
			key: hexKey, source: "netrc ~/.netrc (machine localhost:8080)",
		},
		{
			name: "Forge finds the cloud's entry", base: "https://api.forge.coreweave.com",
			files: map[string]string{"~/.netrc": entry("api.wandb.ai", hexKey)},
			key:   hexKey, source: "netrc ~/.netrc (machine api.wandb.ai)",
		},
		{
			name: "Forge prefers its own entry", base: "https://forge.coreweave.com/api/wandb",
			files: map[string]string{"~/.netrc": entry("api.wandb.ai", otherKey) + entry("api.forge.coreweave.com", hexKey)},
			key:   hexKey, source: "netrc ~/.netrc (machine api.forge.coreweave.com)",
		},
		{
			name: "the cloud's former name finds the entry of its new one", base: "https://api.wandb.ai",
			files: map[string]string{"~/.netrc": entry("api.forge.coreweave.com", hexKey)},
			key:   hexKey, source: "netrc ~/.netrc (machine api.forge.coreweave.com)",
		},
		{
			name: "an entry for an alias goes before the default entry", base: "https://api.forge.coreweave.com",
			files: map[string]string{"~/.netrc": "default login user password " + otherKey + "\n" + entry("api.wandb.ai", hexKey)},
			key:   hexKey, source: "netrc ~/.netrc (machine api.wandb.ai)",
		},
		{
			name: "no entry for any name of the cloud", base: "https://api.wandb.ai",
			files: map[string]string{"~/.netrc": entry("app.wandb.ai", otherKey)},
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set",
				"netrc ~/.netrc has no entry for machine api.wandb.ai, api.forge.coreweave.com, forge.coreweave.com, but one for app.wandb.ai",
				"settings file @/wandb/settings does not exist", "settings file ~/.config/wandb/settings does not exist",
			},
		},
		{
			name: "identity token", vars: map[string]string{"WANDB_IDENTITY_TOKEN_FILE": "/run/token"},
			files:  map[string]string{"~/.netrc": entry("localhost:8080", otherKey)},
			source: "identity token from /run/token",
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set", "WANDB_IDENTITY_TOKEN_FILE names /run/token",
			},
		},
		{
			name: "identity token of a settings file", files: map[string]string{localFile: "[default]\nidentity_token_file = ~/token\napi_key = " + otherKey},
			source: "identity token from ~/token",
			lookups: []string{
				"Options.APIKey is not set", "WANDB_API_KEY is not set", "netrc ~/.netrc does not exist",
				"settings file @/wandb/settings names the identity token file ~/token",
			},
		},
		{
			name: "key before the identity token of a settings file", vars: map[string]string{"WANDB_API_KEY": hexKey},
			files: map[string]string{globalFile: "[default]\nidentity_token_file = /run/token\n"},
			key:   hexKey, source: "WANDB_API_KEY",
		},
		{
			name: "explicit beats both variables", explicit: hexKey,
			vars: map[string]string{"WANDB_IDENTITY_TOKEN_FILE": "/run/token", "WANDB_API_KEY": otherKey},
			key:  hexKey, source: "Options.APIKey",
		},
		{
			name: "a malformed key is found, not skipped", vars: map[string]string{"WANDB_API_KEY": " "},
			files: map[string]string{"~/.netrc": entry("localhost:8080", otherKey)},
			key:   " ", source: "WANDB_API_KEY",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.vars != nil {
				w.vars = tt.vars
			}
			for name, text := range tt.files {
				w.write(t, name, text)
			}
			if tt.base == "" {
				tt.base = base
			}
			s := w.resolve(t, Explicit{APIKey: tt.explicit, BaseURL: tt.base})
			local := strings.NewReplacer("~/", w.home+"/", "@/", w.work+"/")
			assert.Equal(t, tt.key, s.Key.Reveal())
			assert.Equal(t, local.Replace(tt.source), s.KeySource)
			assert.Equal(t, strings.HasPrefix(tt.source, "identity token"), s.IdentityTokenFile != "")
			if tt.lookups != nil {
				var want []string
				for _, l := range tt.lookups {
					want = append(want, local.Replace(l))
				}
				assert.Equal(t, want, s.KeyLookups)
			}
			assert.Len(t, s.Warnings, tt.warnings)
			text, err := json.Marshal(s)
			require.NoError(t, err)
			for _, k := range []string{hexKey, otherKey} {
				assertSecretFree(t, k, string(text))
			}
		})
	}
}

func TestResolve_KeyAndIdentityToken_ReturnsInputError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars = map[string]string{"WANDB_API_KEY": hexKey, "WANDB_IDENTITY_TOKEN_FILE": "/run/token"}
	_, err := Resolve(w.env(), Explicit{})
	in := requireInputError(t, err, "WANDB_API_KEY")
	assert.Contains(t, in.Rule, "WANDB_IDENTITY_TOKEN_FILE")
	assert.Contains(t, errors.Explain(err), "unset WANDB_API_KEY", "the program sets neither of them")
	assertSecretFree(t, hexKey, err.Error())
}

// Names are made absolute, and the login names the file.
func TestResolve_IdentityTokenFile_IsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vars = map[string]string{"WANDB_IDENTITY_TOKEN_FILE": "token"}
	s := w.resolve(t, Explicit{})
	token := filepath.Join(w.work, "token")
	assert.Equal(t, token, s.IdentityTokenFile)
	assert.Equal(t, filepath.Join(w.home, ".config", "wandb", "credentials.json"), s.CredentialsFile)
	assert.True(t, s.Key.Empty())
	assert.Equal(t, "identity token from "+token, s.Login())
	assert.Contains(t, s.String(), "identity token from "+token)

	w.vars["WANDB_CREDENTIALS_FILE"] = "~/c.json"
	assert.Equal(t, filepath.Join(w.home, "c.json"), w.resolve(t, Explicit{}).CredentialsFile)
	delete(w.vars, "WANDB_CREDENTIALS_FILE")
	w.write(t, globalFile, "[default]\ncredentials_file = c.json\n")
	assert.Equal(t, filepath.Join(w.work, "c.json"), w.resolve(t, Explicit{}).CredentialsFile)

	s = w.resolve(t, Explicit{APIKey: hexKey})
	assert.Equal(t, "key from Options.APIKey", s.Login())
	assert.Empty(t, s.IdentityTokenFile)
	w.vars = nil
	assert.Equal(t, "no key", w.resolve(t, Explicit{}).Login())
}

func TestResolve_UnknownHome_SkipsNetrc(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("home", "")
	s, err := Resolve(Env{LookupEnv: MapEnv(nil), WorkDir: t.TempDir()}, Explicit{})
	require.NoError(t, err)
	assert.Contains(t, s.KeyLookups, "netrc was not searched: the home directory is unknown")
	assert.True(t, s.Key.Empty())
}

func TestResolve_Netrc_UsesEntryOfTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(t, "~/.netrc", entry("api.wandb.ai", hexKey)+entry("localhost:8080", otherKey)+entry("[::1]:8080", thirdKey))
	for base, want := range map[string]string{
		"": hexKey, "https://api.wandb.ai/": hexKey, "http://LOCALHOST:8080/": otherKey, "http://[::1]:8080": thirdKey,
		"http://localhost:8081": "", "http://localhost": "", "https://api.wandb.ai:443": "",
	} {
		assert.Equal(t, want, w.resolve(t, Explicit{BaseURL: base}).Key.Reveal(), base)
	}
}
