package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestMalformedKeys: a key that no server can accept is named before any
// request, by every call, and never shown.
func TestMalformedKeys(t *testing.T) {
	t.Parallel()
	good := key("member")
	tests := []struct{ name, key, flaw string }{
		{"line break at the end", good + "\n", "line break"},
		{"space at the start", " " + good, "space"},
		{"space inside", good[:10] + " " + good[10:], "space"},
		{"in quotes", `"` + good + `"`, "quotes"},
		{"pasted twice", good + good, "2 times"},
		{"pasted three times", good + good + good, "3 times"},
		{"pasted twice on two lines", good + "\n" + good, "2 times"},
		{"web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "JSON web token"},
		{"cut short", good[:20], "too short"},
		{"with the variable's name", "WANDB_API_KEY=" + good, "variable"},
		{"Bearer", "Bearer " + good, "variable or header"},
		{"placeholder", "YOUR_API_KEY", "placeholder"},
		{"unexpanded variable", "${WANDB_API_KEY}", "placeholder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, "", environ("WANDB_API_KEY", tt.key))
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			assertMalformed(t, err, tt.key, tt.flaw)
			_, err = c.Viewer(t.Context())
			assertMalformed(t, err, tt.key, tt.flaw)
			a, err := c.Check(t.Context(), "acme", "team")
			require.NoError(t, err)
			assert.Equal(t, client.Denied, a.Decision)
			assert.Equal(t, errors.Certain, a.Confidence)
			assertMalformed(t, a.Err(), tt.key, tt.flaw)
			assert.Empty(t, s.Requests())
		})
	}
}

func assertMalformed(t *testing.T, err error, key, flaw string) {
	t.Helper()
	require.ErrorIs(t, err, errors.ErrBadAPIKey)
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.Certain, p.Confidence)
	assert.Equal(t, "WANDB_API_KEY", p.KeySource)
	assert.Zero(t, p.StatusCode)
	text := errors.Explain(err)
	assert.Contains(t, strings.Join(strings.Fields(text), " "), flaw)
	assert.Contains(t, text, "WANDB_API_KEY")
	assert.Contains(t, err.Error(), flaw, "the one line says what is wrong")
	assert.Contains(t, text, "nothing was sent")
	for _, untrue := range []string{"server answered", "server does not say", "revoked", "Account:", "Also note"} {
		assert.NotContains(t, text+err.Error(), untrue)
	}
	for _, part := range []string{key, strings.TrimSpace(key), strings.Trim(key, "\" \n")} {
		if len(part) >= 15 && !strings.Contains(part, "WANDB_API_KEY") {
			assert.NotContains(t, text+err.Error(), part)
		}
	}
}

// TestKeyPrecedence: options, then environment, then netrc, then settings; the
// error says which it was.
func TestKeyPrecedence(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	home := t.TempDir()
	netrc := filepath.Join(home, "my netrc")
	require.NoError(t, os.WriteFile(netrc, []byte("machine "+strings.TrimPrefix(s.URL(), "http://")+"\n  login user\n  password "+key("invited")+"\n"), 0o600))
	tests := []struct {
		name   string
		change []func(*client.Options)
		user   string
		source string
	}{
		{"options before all", []func(*client.Options){environ("WANDB_API_KEY", key("admin"), "NETRC", netrc), func(o *client.Options) { o.APIKey = key("outsider") }}, "outsider", "Options.APIKey"},
		{"environment before netrc", []func(*client.Options){environ("WANDB_API_KEY", key("admin"), "NETRC", netrc)}, "admin", "WANDB_API_KEY"},
		{"netrc", []func(*client.Options){environ("NETRC", netrc)}, "invited", "my netrc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, s, "", tt.change...)
			v, err := c.Viewer(t.Context())
			require.NoError(t, err)
			assert.Equal(t, tt.user, v.Username)
			assert.Contains(t, c.String(), tt.source)
			_, err = c.Init(t.Context(), client.RunOptions{Entity: "nosuchteam", Project: "p"})
			p, ok := errors.AsType[*errors.PermissionError](err)
			require.True(t, ok)
			assert.Contains(t, p.KeySource, tt.source)
			assert.Contains(t, err.Error(), tt.source)
		})
	}
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, "")
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.ErrorIs(t, err, errors.ErrNoAPIKey)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	require.NotErrorIs(t, err, errors.ErrBadAPIKey)
	assert.Contains(t, errors.Explain(err), "WANDB_API_KEY")
	a, err := c.Check(t.Context(), "", "")
	require.NoError(t, err)
	assert.Equal(t, client.Denied, a.Decision)
	require.ErrorIs(t, a.Err(), errors.ErrNoAPIKey)
	assert.Empty(t, s.Requests())

	// Where no server is needed no key is.
	for _, mode := range []string{"offline", "disabled"} {
		run, err := c.Init(t.Context(), client.RunOptions{Mode: client.Mode(mode), Project: "p"})
		require.NoError(t, err)
		require.NoError(t, run.Log(map[string]any{"loss": 1}))
		require.NoError(t, run.Finish(t.Context()))
		require.NoError(t, run.Err())
	}
	assert.Empty(t, s.Requests())
}

// TestViewer asks as everybody.
func TestViewer(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	v, err := newClient(t, s, key("member")).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "member", v.Username)
	assert.ElementsMatch(t, []string{"acme", "frozen"}, v.Teams)
	assert.True(t, v.TeamsComplete)
	assert.Equal(t, "USER", v.AccountType)
	assert.Len(t, s.Requests(), 1)

	v, err = newClient(t, s, key("anonymous")).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "ANONYMOUS", v.AccountType)

	_, err = newClient(t, s, key("nobody")).Viewer(t.Context())
	require.ErrorIs(t, err, errors.ErrBadAPIKey)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	p, _ := errors.AsType[*errors.PermissionError](err)
	assert.Equal(t, errors.Certain, p.Confidence)

	_, err = newClient(t, s, "").Viewer(t.Context())
	require.ErrorIs(t, err, errors.ErrNoAPIKey)

	for _, tt := range []struct {
		name  string
		fault wandbtest.Fault
		cause error
	}{
		{"outage", wandbtest.Fault{Status: 503}, errors.ErrServerUnavailable},
		{"401", wandbtest.Fault{Status: 401, Body: `{"error":"Malformed token"}`}, errors.ErrBadAPIKey},
		{"403", wandbtest.Fault{Status: 403, Body: `{"error":"no"}`}, errors.ErrPermissionDenied},
		{"proxy", wandbtest.Fault{Status: 403, Body: loginPage}, errors.ErrIntermediary},
		{"web page", wandbtest.Fault{Body: loginPage}, errors.ErrWrongBaseURL},
		{"null", wandbtest.Fault{Body: `{"data":{"viewer":null}}`}, errors.ErrBadAPIKey},
		{"redirect", wandbtest.Fault{Status: 302, Header: header("Location", "https://login.example.com")}, errors.ErrWrongBaseURL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			s.Inject(tt.fault)
			v, err := newClient(t, s, key("member"), quickly).Viewer(t.Context())
			require.ErrorIs(t, err, tt.cause)
			assert.Nil(t, v)
			for _, of := range []string{"team", "role", "seat", "project", "entity"} {
				assert.NotContains(t, err.Error(), of, "the question is about the key alone")
			}
		})
	}
}

// TestViewerRefused: what may be the reason when the server will not even say
// whose key it is.
func TestViewerRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	s.Inject(wandbtest.Fault{Status: 403, Body: denied2025})
	_, err := newClient(t, s, key("member")).Viewer(t.Context())
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	assert.Equal(t, errors.Undetermined, p.Confidence)
	require.NoError(t, p.Cause)
	assert.Equal(t, []error{errors.ErrBadAPIKey, errors.ErrIntermediary}, p.Candidates)
	assert.False(t, p.EntityDefaulted, "no entity has a part in it")
	assert.Len(t, s.Requests(), 1)
}
