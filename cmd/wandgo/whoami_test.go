package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestWhoami(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())

	i := on(t, srv.URL(), joKey)
	r := i.run(t, "whoami")
	assert.Zero(t, r.status)
	assert.Empty(t, r.stderr)
	assert.Equal(t, "jo: default entity acme-research; teams jo, acme-research, vault; "+
		"on http://127.0.0.1:PORT with the key from WANDB_API_KEY\n", i.stable(r.stdout))

	r = i.run(t, "whoami", "--json")
	assert.Zero(t, r.status)
	assert.JSONEq(t, `{"username":"jo","accountType":"USER","defaultEntity":"acme-research","teams":["jo","acme-research","vault"],
		"teamsComplete":true,"baseUrl":"http://127.0.0.1:PORT","keySource":"WANDB_API_KEY"}`, i.stable(r.stdout))

	for _, test := range []struct {
		name, key string
		cause     error
	}{
		{"bad key", unknownKey, errors.ErrBadAPIKey},
		{"no key", "", errors.ErrNoAPIKey},
		{"malformed key", joKey + "\n", errors.ErrBadAPIKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := on(t, srv.URL(), test.key).run(t, "whoami")
			assert.Equal(t, exitStatus(test.cause), r.status)
			assert.Empty(t, r.stdout)
			assert.Contains(t, r.stderr, "What to do:")
		})
	}
}

// TestWhoamiNamesTheSettingsFile: a base URL that stands in a settings file is
// not looked for in the environment.
func TestWhoamiNamesTheSettingsFile(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{"WANDB_API_KEY": joKey})
	i.vars["WANDB_CONFIG_DIR"] = i.dir
	file := filepath.Join(i.dir, "settings")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nbase_url = https://wandb.ai\n"), 0o600))
	r := i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, r.stderr, `"${EDITOR:-vi}" `+file+"\n")
	assert.NotContains(t, r.stderr, "environment")
}

// A server that objects to the page of teams that is asked for says the same.
func TestWhoamiWithoutTeamPages(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld(), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: wandbtest.TeamPagesUnknown}))
	i := on(t, srv.URL(), joKey)
	r := i.run(t, "whoami")
	assert.Zero(t, r.status)
	assert.Equal(t, "jo: default entity acme-research; teams jo, acme-research, vault (perhaps not all); "+
		"on http://127.0.0.1:PORT with the key from WANDB_API_KEY\n", i.stable(r.stdout))
}

func TestNames(t *testing.T) {
	t.Parallel()
	assert.Empty(t, names(nil, true))
	assert.Equal(t, "a, b c (perhaps not all)", names([]string{"a", "b\x1b\nc"}, false))
	many := make([]string, 20)
	for i := range many {
		many[i] = "t"
	}
	assert.Contains(t, names(many, true), "and 8 more")
	for accountType, want := range map[string]string{
		"": "", "USER": "", "SERVICE": "service account", "ORG_SERVICE": "service account of an organization",
		"ANONYMOUS": "anonymous account", "VIEWER": "view-only account", "ROBOT": "account type ROBOT",
	} {
		assert.Equal(t, want, accountKind(accountType))
	}
}
