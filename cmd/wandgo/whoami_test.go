package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestWhoami_Key_PrintsTheAccount(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())

	i := on(t, srv.URL(), joKey)
	r := i.run(t, "whoami")
	assert.Zero(t, r.status)
	assert.Empty(t, r.stderr)
	assert.Equal(t, "jo: default entity acme-research; personal entity jo; teams acme-research, vault; "+
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

func TestWhoami_BadURLInSettingsFile_NamesTheFile(t *testing.T) {
	t.Parallel()
	i := in(t, map[string]string{"WANDB_API_KEY": joKey})
	i.vars["WANDB_CONFIG_DIR"] = i.dir
	file := filepath.Join(i.dir, "settings")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nbase_url = https://wandb.ai\n"), 0o600))
	r := i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), r.status)
	assert.Contains(t, r.stderr, `"${EDITOR:-vi}" `+plaintext.ShellWord(file)+"\n")
	assert.NotContains(t, r.stderr, "environment")
}

// A server may reject the page size of teams.
func TestWhoami_TeamPagesRejected_ListsTheFirstPage(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld(), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: wandbtest.TeamPagesUnknown}))
	i := on(t, srv.URL(), joKey)
	r := i.run(t, "whoami")
	assert.Zero(t, r.status)
	assert.Equal(t, "jo: default entity acme-research; personal entity jo; teams acme-research, vault (possibly more); "+
		"on http://127.0.0.1:PORT with the key from WANDB_API_KEY\n", i.stable(r.stdout))
}

func TestWhoami_IdentityToken_NamesItsFile(t *testing.T) {
	t.Parallel()
	i, _ := federated(t, jobToken(time.Hour))
	r := i.run(t, "whoami")
	assert.Zero(t, r.status, r.stderr)
	assert.Equal(t, "jo: default entity acme-research; personal entity jo; teams acme-research, vault; "+
		"on http://127.0.0.1:PORT with the identity token from DIR/token\n", i.stable(r.stdout))
	r = i.run(t, "whoami", "--json")
	assert.Contains(t, i.stable(r.stdout), `"keySource": "identity token from DIR/token"`)

	i, _ = federated(t, "")
	r = i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrNoAPIKey), r.status)
	assert.Contains(t, i.stable(flat(r.stderr)), "The identity token file DIR/token is empty.")

	i, _ = federated(t, jobToken(-time.Hour))
	r = i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrBadAPIKey), r.status)
	assert.Contains(t, i.stable(flat(r.stderr)), "the identity token is not valid on http://127.0.0.1:PORT")
}

func TestWhoami_Terminal_LinesFit(t *testing.T) {
	t.Parallel()
	i := on(t, wandbtest.New(t, testWorld()).URL(), joKey)
	tty := ptytest.Open(t)
	status := run(t.Context(), []string{"whoami"}, environment{vars: i.vars, workDir: i.dir}, tty.File, io.Discard)
	assert.Equal(t, exitAllowed, status)
	for line := range strings.Lines(tty.Text()) {
		assert.LessOrEqual(t, len(strings.TrimRight(line, "\n")), defaultColumns, line)
	}
	assert.Contains(t, flat(tty.Text()), "jo: default entity acme-research; personal entity jo;")
}
