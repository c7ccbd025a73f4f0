package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// federated is an invocation of a job whose identity token is in a file.
func federated(t *testing.T, token string) (*invocation, *wandbtest.Server) {
	t.Helper()
	world := testWorld()
	world.Users[0].Subjects = []string{"repo:acme/vision"}
	srv := wandbtest.New(t, world)
	i := on(t, srv.URL(), "")
	i.vars["WANDB_IDENTITY_TOKEN_FILE"] = filepath.Join(i.dir, "token")
	require.NoError(t, os.WriteFile(i.vars["WANDB_IDENTITY_TOKEN_FILE"], []byte(token), 0o600))
	return i, srv
}

func jobToken(left time.Duration) string {
	return wandbtest.IdentityToken("repo:acme/vision", time.Now().Add(left))
}

// flat is a text without its line breaks.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestWhoamiWithIdentityToken(t *testing.T) {
	t.Parallel()
	i, _ := federated(t, jobToken(time.Hour))
	r := i.run(t, "whoami")
	assert.Zero(t, r.status, r.stderr)
	assert.Equal(t, "jo: default entity acme-research; teams jo, acme-research, vault; "+
		"on http://127.0.0.1:PORT with the identity token from DIR/token\n", i.stable(r.stdout))
	r = i.run(t, "whoami", "--json")
	assert.Contains(t, i.stable(r.stdout), `"keySource": "identity token from DIR/token"`)

	i, _ = federated(t, "")
	r = i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrNoAPIKey), r.status)
	assert.Contains(t, flat(i.stable(r.stderr)), "The identity token file DIR/token is empty.")

	i, _ = federated(t, jobToken(-time.Hour))
	r = i.run(t, "whoami")
	assert.Equal(t, exitStatus(errors.ErrBadAPIKey), r.status)
	assert.Contains(t, flat(i.stable(r.stderr)), "the identity token is not valid on http://127.0.0.1:PORT")
}

func TestDoctorWithIdentityToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, token string
		spoil       func(*invocation)
		cause       error
		want        []string
		asked       int // requests with the token, or for it
	}{
		{"good", jobToken(time.Hour), nil, nil, []string{
			`ok identity identity token from DIR/token: JSON web token of https://issuer.example.com for "repo:acme/vision" - it expires at `,
			"ok account user \"jo\"", "ok verdict yes, likely: a run can be created in acme-research/vision",
		}, 2},
		{"expired", jobToken(-time.Hour), nil, errors.ErrBadAPIKey, []string{
			"? identity identity token from DIR/token", "it expired at ", "by this machine's clock",
			"FAIL account the server does not accept the identity token", "FAIL verdict no: the server does not accept the identity token (certain)",
			"Answer: HTTP 400 invalid_grant", "Ask an admin of the organization whether the server trusts the token's issuer",
		}, 1},
		{"no web token", "something else", nil, errors.ErrBadAPIKey, []string{
			"? identity identity token from DIR/token: text that is no JSON web token",
		}, 1},
		{"empty", "\n", nil, errors.ErrNoAPIKey, []string{
			"FAIL identity the identity token file DIR/token is empty - Options.APIKey is not set - WANDB_API_KEY is empty - WANDB_IDENTITY_TOKEN_FILE names DIR/token",
			"- account not asked: there is no identity token", "FAIL verdict no: there is no identity token (certain)",
		}, 0},
		{"and a key in netrc", jobToken(time.Hour), func(i *invocation) {
			machine := strings.TrimPrefix(i.vars["WANDB_BASE_URL"], "http://")
			require.NoError(t, os.WriteFile(filepath.Join(i.vars["HOME"], ".netrc"), []byte("machine "+machine+" login user password "+otherKey), 0o600))
		}, nil, []string{
			"note other keys netrc DIR/home/.netrc (machine 127.0.0.1:PORT) has a different key (42 characters, ends …00c3); it is not used, because identity token from DIR/token goes first",
		}, 2},
		{"and a key", jobToken(time.Hour), func(i *invocation) { i.vars["WANDB_API_KEY"] = joKey }, errors.ErrInvalidInput, []string{
			"invalid WANDB_API_KEY: must not be set together with WANDB_IDENTITY_TOKEN_FILE",
		}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i, srv := federated(t, tt.token)
			if tt.spoil != nil {
				tt.spoil(i)
			}
			r := i.run(t, "doctor")
			assert.Equal(t, exitStatus(tt.cause), r.status)
			for _, want := range tt.want {
				assert.Contains(t, flat(i.stable(r.stdout)), want)
			}
			assert.NotContains(t, r.stdout, "eyJ", "no token is shown")
			asked := 0
			for _, request := range srv.Requests() {
				if request.Operation == "token" || request.Header.Get("Authorization") != "" {
					asked++
				}
			}
			assert.Equal(t, tt.asked, asked)
		})
	}
}

// TestReportWithIdentityToken: a report has the exchange in it and neither token,
// also where the server repeats them.
func TestReportWithIdentityToken(t *testing.T) {
	t.Parallel()
	i, srv := federated(t, jobToken(time.Hour))
	i.vars["SECOND"] = otherKey
	r := i.run(t, "doctor", "--report=-", "--second-key-env", "SECOND")
	assert.Equal(t, exitAllowed, r.status, r.stderr)
	assert.Contains(t, r.stdout, "token exchange\n\nPOST `/oidc/token` with identity token from ")
	assert.Contains(t, r.stdout, "(an access token)")
	assert.NotContains(t, r.stdout, jobToken(time.Hour)[:30])
	noSecrets(t, r.stdout)

	// The interview is held with the identity token, and the token of the first
	// invocation that is in the credentials file serves another one.
	var doc struct {
		Key       struct{ Source, Form string }
		Questions []question
	}
	require.NoError(t, json.Unmarshal([]byte(i.run(t, "doctor", "--json", "--second-key-env", "SECOND").stdout), &doc))
	assert.True(t, strings.HasPrefix(doc.Key.Source, "identity token from "))
	assert.Equal(t, `JSON web token of https://issuer.example.com for "repo:acme/vision"`, doc.Key.Form)
	require.Len(t, doc.Questions, 10)
	assert.Regexp(t, `^it lists 3 with and without`, doc.Questions[9].Answer)
	exchanges := 0
	for _, request := range srv.Requests() {
		if request.Operation == "token" {
			exchanges++
		}
	}
	assert.Equal(t, 1, exchanges)

	srv.Inject(wandbtest.Fault{Operation: "token", Status: 400, Body: `{"error":"invalid_grant","error_description":"` + jobToken(time.Hour) + `"}`})
	require.NoError(t, os.Remove(filepath.Join(i.vars["HOME"], ".config", "wandb", "credentials.json")))
	r = i.run(t, "doctor", "--report=-")
	assert.Equal(t, exitStatus(errors.ErrBadAPIKey), r.status)
	assert.NotContains(t, r.stdout, "eyJ")
}
