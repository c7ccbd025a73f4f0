package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// stored returns what login has written below the home directory.
func (i *invocation) stored(t *testing.T) (netrc, settings string) {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(i.vars["HOME"], name))
		if !os.IsNotExist(err) {
			require.NoError(t, err)
		}
		return string(text)
	}
	return read(".netrc"), read(".config/wandb/settings")
}

func TestLogin_Key_IsStored(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	machine := s.URL()[len("http://"):]
	tests := []struct {
		name, stdin string
		args        []string
		settings    string
	}{
		{"argument", "", []string{"--host", s.URL(), joKey}, "[default]\nbase_url = " + s.URL() + "\n"},
		{"standard input", joKey + "\nrest\n", []string{"--host", s.URL() + "/"}, "[default]\nbase_url = " + s.URL() + "\n"},
		{"not verified", " " + joKey + " ", []string{"--base-url", s.URL(), "--no-verify"}, "[default]\nbase_url = " + s.URL() + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := in(t, nil)
			i.stdin = tt.stdin
			r := i.run(t, append([]string{"login"}, tt.args...)...)
			require.Equal(t, exitAllowed, r.status, r.stderr)
			assert.Contains(t, r.stdout, "Logged in to "+s.URL())
			netrc, settings := i.stored(t)
			assert.True(t, netrc == "machine "+machine+"\n  login user\n  password "+joKey+"\n", "netrc") //nolint:testifylint // a difference would print the key
			assert.Equal(t, tt.settings, settings)
			info, err := os.Stat(filepath.Join(i.vars["HOME"], ".netrc"))
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

			r = i.run(t, "whoami")
			assert.Equal(t, exitAllowed, r.status, r.stderr)
			r = i.run(t, "login")
			assert.Equal(t, exitAllowed, r.status, r.stderr)
			assert.Contains(t, r.stdout, "Already logged in to "+s.URL()+" as jo")
		})
	}
}

func TestLogin_KeyNotUsable_IsNotStored(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	gone := wandbtest.New(t, testWorld())
	gone.Close()
	tests := []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"unknown", []string{"--host", s.URL(), unknownKey}, 12, "from the command line"},
		{"malformed", []string{"--host", s.URL(), "abc"}, exitUsage, "the key is too short"},
		{"none", []string{"--host", s.URL()}, exitUsage, "no key"},
		{"unreachable", []string{"--host", gone.URL(), "--timeout", "200ms", joKey}, 30, "wandgo login --no-verify"},
		{"two keys", []string{joKey, joKey}, exitUsage, "at most one key"},
		{"two servers", []string{"--cloud", "--host", s.URL()}, exitUsage, "mutually exclusive"},
		{"no address", []string{"--host", "::", joKey}, 33, "base URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i := in(t, nil)
			r := i.run(t, append([]string{"login"}, tt.args...)...)
			assert.Equal(t, tt.status, r.status, r.stderr)
			assert.Contains(t, r.stderr, tt.says)
			netrc, settings := i.stored(t)
			assert.Empty(t, netrc)
			assert.Empty(t, settings)
		})
	}
}

func TestLogin_OtherKeyTakesPrecedence_IsReported(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := in(t, map[string]string{"WANDB_API_KEY": otherKey})
	r := i.run(t, "login", "--relogin", "--host", s.URL(), joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stderr, "another key takes precedence: WANDB_API_KEY")
	i = in(t, map[string]string{"WANDB_BASE_URL": "https://wandb.example.com"})
	r = i.run(t, "login", "--host", s.URL(), joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stderr, "WANDB_BASE_URL takes precedence; runs go to https://wandb.example.com")
}

func TestLogin_Cloud_RemovesTheServer(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	r := i.run(t, "login", "--no-verify", "--host", "https://wandb.example.com", joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	r = i.run(t, "login", "--no-verify", "--cloud", joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	_, settings := i.stored(t)
	assert.Equal(t, "[default]\n", settings)
}

func TestLogin_ServerOfTheEnvironment_IsNamed(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, testWorld())
	i := in(t, map[string]string{"WANDB_BASE_URL": s.URL()})
	r := i.run(t, "login")
	assert.Equal(t, exitUsage, r.status)
	assert.Contains(t, r.stderr, "no key for "+s.URL()+" (from WANDB_BASE_URL)")
	r = i.run(t, "login", joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "Logged in to "+s.URL()+" (from WANDB_BASE_URL) as jo")
	assert.Equal(t, "Note: the key is for this server only. Programs that run without\n"+
		"WANDB_BASE_URL use another one. To make this server the default:\n\n    wandgo login --host "+s.URL()+"\n", r.stderr)
	_, settings := i.stored(t)
	assert.Empty(t, settings, "not made the default")
	r = i.run(t, "login")
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "Already logged in to "+s.URL()+" (from WANDB_BASE_URL) as jo")
	r = i.run(t, "login", "--host", s.URL(), joKey)
	require.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "Logged in to "+s.URL()+" as jo")
	assert.Empty(t, r.stderr)
}
