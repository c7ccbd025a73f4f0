package settings

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestNormalizeBaseURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://api.wandb.ai":                  "https://api.wandb.ai",
		"https://api.wandb.ai/":                 "https://api.wandb.ai",
		"HTTPS://API.WANDB.AI":                  "https://api.wandb.ai",
		"https://api.wandb.ai:443":              "https://api.wandb.ai:443",
		"http://localhost:8080":                 "http://localhost:8080",
		"http://localhost:8080///":              "http://localhost:8080",
		"http://[::1]:8080/":                    "http://[::1]:8080",
		"http://[::1]":                          "http://[::1]",
		"http://[fe80::1%25eth0]:8080":          "http://[fe80::1%25eth0]:8080",
		"https://wandb.corp.example/sub/path//": "https://wandb.corp.example/sub/path",
		"https://notwandb.ai":                   "https://notwandb.ai",
		"https://api.forge.coreweave.com":       "https://api.forge.coreweave.com",
		"https://forge.coreweave.com/api/wandb": "https://api.forge.coreweave.com",
	} {
		got, err := NormalizeBaseURL(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got)
	}
}

func TestNormalizeBaseURL_Invalid_ReturnsInputError(t *testing.T) {
	t.Parallel()
	for in, rule := range map[string]string{
		"":                                      "must not be empty",
		" http://h":                             "white space",
		"http://h\n":                            "white space",
		"ftp://h":                               "https:// or http://",
		"localhost:8080":                        "https:// or http://",
		"api.wandb.ai":                          "https:// or http://",
		"not a url":                             "https:// or http://",
		"127.0.0.1:8080":                        "must be a URL",
		"http://a b/":                           "must be a URL",
		"http://":                               "must name a host",
		"http://:8080":                          "must name a host",
		"http://ho%25":                          "must name a host",
		"http://h:0":                            "port",
		"http://h:":                             "port",
		"http://h:99999":                        "port",
		"http://jo:hush@h:1":                    "user name or password",
		"http://hush@h:1":                       "user name or password",
		"http://jo:hush@h:port":                 "must be a URL",
		"http://h/?token=hush":                  "query",
		"http://h/?":                            "query",
		"http://h/#hush":                        "fragment",
		"http://h/#":                            "fragment",
		"https://wandb.ai":                      "https://api.forge.coreweave.com",
		"https://app.wandb.ai/":                 "https://api.forge.coreweave.com",
		"https://foo.wandb.ai":                  "https://api.forge.coreweave.com",
		"https://wandb.ai/acme/vision":          "https://api.forge.coreweave.com",
		"http://api.wandb.ai":                   "must begin with https://",
		"http://api.forge.coreweave.com":        "must begin with https://",
		"https://forge.coreweave.com/wandb":     "https://api.forge.coreweave.com",
		"http://forge.coreweave.com/api/wandb/": "must begin with https://",
		"http://h:1/graphql":                    "before /graphql",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			_, err := NormalizeBaseURL(in)
			e := requireInputError(t, err, "base URL")
			assert.Contains(t, e.Rule, rule)
			assert.NotContains(t, err.Error(), "hush")
			assert.NotContains(t, e.Value, "hush")
		})
	}
}

// The error for a bad base URL has its source.
func TestResolve_BaseURL_HasItsSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.write(t, globalFile, "[default]\nbase_url = ftp://h\n")
	_, err := Resolve(w.env(), Explicit{})
	assert.Equal(t, "settings file "+path, requireInputError(t, err, "base URL").Source)
	assert.ErrorContains(t, err, path)
	assert.Contains(t, errors.Explain(err), `"${EDITOR:-vi}" `+plaintext.ShellPath(path))
	assert.NotContains(t, errors.Explain(err), "$WANDB_BASE_URL", "the environment has no part in it")
	w.vars["WANDB_BASE_URL"] = "https://wandb.ai"
	_, err = Resolve(w.env(), Explicit{})
	assert.Equal(t, "WANDB_BASE_URL", requireInputError(t, err, "base URL").Source)
	assert.ErrorContains(t, err, "WANDB_BASE_URL")
	_, err = Resolve(w.env(), Explicit{BaseURL: "http://h?x"})
	assert.Equal(t, "Options.BaseURL", requireInputError(t, err, "base URL").Source)
	assert.ErrorContains(t, err, "Options.BaseURL")
}

// If a settings file cannot be parsed, its server is not known, and a key from elsewhere
// must not be sent to another server.
func TestResolve_FileWithSyntaxError_NeedsBaseURL(t *testing.T) {
	t.Parallel()
	const (
		good   = "[default]\nbase_url = https://wandb.test\n"
		broken = good + "oops hush-hush\n"
	)
	for _, tt := range []struct {
		name   string
		files  map[string]string
		vars   map[string]string
		x      Explicit
		blamed string // the file, "" for none
		server string
	}{
		{name: "global", files: map[string]string{globalFile: broken}, blamed: globalFile},
		{name: "local", files: map[string]string{localFile: broken}, blamed: localFile},
		{name: "local before global", files: map[string]string{localFile: broken, globalFile: good}, blamed: localFile},
		{name: "global behind local", files: map[string]string{localFile: good, globalFile: broken}, server: "https://wandb.test"},
		{name: "global behind a local without server", files: map[string]string{localFile: "[default]\n", globalFile: broken}, blamed: globalFile},
		{name: "variable", files: map[string]string{localFile: broken}, vars: map[string]string{"WANDB_BASE_URL": "https://a.test"}, server: "https://a.test"},
		{name: "empty variable", files: map[string]string{localFile: broken}, vars: map[string]string{"WANDB_BASE_URL": ""}, blamed: localFile},
		{name: "explicit", files: map[string]string{localFile: broken}, x: Explicit{BaseURL: "https://b.test"}, server: "https://b.test"},
		{name: "too large", files: map[string]string{localFile: strings.Repeat("#\n", smallfile.DefaultLimit/2+1)}, blamed: localFile},
		{name: "no file", server: DefaultBaseURL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			paths := map[string]string{}
			for name, text := range tt.files {
				paths[name] = w.write(t, name, text)
			}
			w.vars = map[string]string{"WANDB_API_KEY": hexKey}
			maps.Copy(w.vars, tt.vars)
			s, err := Resolve(w.env(), tt.x)
			if tt.blamed == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.server, s.BaseURL.Text)
				return
			}
			in := requireInputError(t, err, "settings")
			assert.Equal(t, "settings file "+paths[tt.blamed], in.Source)
			if tt.name == "too large" {
				assert.Contains(t, in.Rule, "file is too large")
			} else {
				assert.Contains(t, in.Rule, "line 3: expected name = value")
			}
			assert.Contains(t, in.Rule, "WANDB_BASE_URL")
			assertSecretFree(t, hexKey, err.Error())
			assert.NotContains(t, err.Error(), "hush")
		})
	}
}

func TestAppURLFor(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://api.wandb.ai":            "https://forge.coreweave.com/wandb",
		"https://api.wandb.ai/":           "https://forge.coreweave.com/wandb",
		"http://api.wandb.test":           "http://app.wandb.test",
		"http://api.wandb.test:9000":      "http://app.wandb.test:9000",
		"https://api.wandb.corp.example":  "https://wandb.corp.example",
		"https://api.corp.example":        "https://app.corp.example",
		"https://api.forge.coreweave.com": "https://forge.coreweave.com/wandb",
		"http://localhost:8080":           "http://localhost:8080",
		"https://wandb.corp.example/x":    "https://wandb.corp.example/x",
	} {
		assert.Equal(t, want, AppURLFor(in), in)
	}
}

func TestRunURL(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "https://wandb.ai/acme/vision", ProjectURL("https://wandb.ai/", "acme", "vision"))
	assert.Equal(t, "https://wandb.ai/acme/my%20vision/runs/abc12345", RunURL("https://wandb.ai", "acme", "my vision", "abc12345"))
	assert.Equal(t, "http://h/a/%C3%A4=+&$@-_.~/runs/%22%3C%25%2F", RunURL("http://h", "a", "ä=+&$@-_.~", `"<%/`))
}

// What is accepted is a clean URL that stays as it is, and no error
// shows a password.
func FuzzBaseURL(f *testing.F) {
	for _, s := range []string{
		"https://api.wandb.ai", "http://localhost:8080/", "http://[::1]:8080", "http://u:p@h", "ftp://x", "http://h/%2e%2e/a?b#c", "https://wandb.ai", "http://h:99999",
		"https://forge.coreweave.com/api/wandb", "http://a b", "http://h//", "//h", "http:h", "http://%41", "http://h/graphql/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := NormalizeBaseURL(raw)
		if err != nil {
			in := requireInputError(t, err, "base URL")
			if strings.Contains(raw, "@") {
				require.Empty(t, in.Value)
			}
			return
		}
		require.False(t, strings.HasSuffix(got, "/"), got)
		u, err := url.Parse(got)
		require.NoError(t, err)
		require.Nil(t, u.User)
		require.NotEmpty(t, u.Host)
		require.Empty(t, u.RawQuery+u.Fragment)
		again, err := NormalizeBaseURL(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
		require.NotEmpty(t, AppURLFor(got))
		require.Equal(t, u.Host, NetrcMachine(got))
	})
}
