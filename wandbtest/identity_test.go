package wandbtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

const jobSubject = "repo:acme/vision"

// federated is Solo with a subject for alice.
func federated() wandbtest.World {
	w := wandbtest.Solo()
	w.Users[0].Subjects = []string{jobSubject}
	return w
}

// exchanged posts an identity token and returns the answer.
func exchanged(t *testing.T, srv *wandbtest.Server, grant, assertion string) *answer {
	t.Helper()
	got, err := as(t, srv, "").try(http.MethodPost, "/oidc/token",
		[]byte(url.Values{"grant_type": {grant}, "assertion": {assertion}}.Encode()),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	require.NoError(t, err)
	return got
}

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// A token of a known subject is exchanged for one that is good
// as a Bearer until it ends by the server's clock.
func TestIdentityToken_KnownSubject_IsExchanged(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(1_800_000_000)
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	srv := wandbtest.New(t, federated(), wandbtest.WithClock(clock), wandbtest.WithPolicy(wandbtest.Policy{TokenLifetime: 10 * time.Minute}))
	assertion := wandbtest.IdentityToken(jobSubject, clock().Add(time.Hour))
	got := exchanged(t, srv, jwtBearer, assertion)
	require.Equal(t, 200, got.status, got.body)
	var token struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &token))
	assert.Equal(t, 600, token.ExpiresIn)

	viewer := func() *answer {
		got, err := as(t, srv, "").try(http.MethodPost, "/graphql", graphqlBody(t, `{ viewer { username } }`, nil), http.Header{"Authorization": {"Bearer " + token.AccessToken}})
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, &answer{200, nil, `{"data":{"viewer":{"username":"alice"}}}`}, &answer{viewer().status, nil, viewer().body})
	now.Add(599)
	assert.Equal(t, 200, viewer().status)
	now.Add(1)
	assert.Equal(t, 401, viewer().status)
	assert.JSONEq(t, `{"error":"token is expired"}`, viewer().body)

	got = exchanged(t, srv, jwtBearer, assertion)
	require.NoError(t, json.Unmarshal([]byte(got.body), &token))
	assert.Equal(t, 200, viewer().status)
	require.NoError(t, srv.RevokeTokens("alice"))
	assert.JSONEq(t, `{"error":"Malformed token"}`, viewer().body)
	require.Error(t, srv.RevokeTokens("nobody"))

	for _, r := range srv.Requests() {
		text := fmt.Sprintf("%+v", r)
		assert.NotContains(t, text, token.AccessToken)
		assert.NotContains(t, text, assertion)
		assert.NotContains(t, text, "notakey")
		if strings.HasPrefix(r.Path, "/oidc") {
			assert.Equal(t, "token", r.Operation)
			assert.Contains(t, string(r.Body), "assertion=[redacted]")
		}
	}
}

// Whatever is wrong, the answer says no more than
// that.
func TestIdentityToken_Invalid_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, federated())
	good := wandbtest.IdentityToken(jobSubject, time.Now().Add(time.Hour))
	for name, tc := range map[string]struct{ grant, assertion, want string }{
		"expired":         {jwtBearer, wandbtest.IdentityToken(jobSubject, time.Now().Add(-time.Second)), "invalid_grant"},
		"unknown subject": {jwtBearer, wandbtest.IdentityToken("somebody", time.Now().Add(time.Hour)), "invalid_grant"},
		"no subject":      {jwtBearer, wandbtest.IdentityToken("", time.Now().Add(time.Hour)), "invalid_grant"},
		"an API key":      {jwtBearer, wandbtest.AliceKey, "invalid_grant"},
		"nothing":         {jwtBearer, "", "invalid_grant"},
		"no base64":       {jwtBearer, "a.?.c", "invalid_grant"},
		"no JSON":         {jwtBearer, "a.YQ.c", "invalid_grant"},
		"another grant":   {"password", good, "unsupported_grant_type"},
	} {
		got := exchanged(t, srv, tc.grant, tc.assertion)
		assert.Equal(t, 400, got.status, name)
		assert.JSONEq(t, `{"error":"`+tc.want+`"}`, got.body, name)
	}
	got, err := as(t, srv, "").try(http.MethodGet, "/oidc/token", nil, nil)
	require.NoError(t, err)
	assert.Equal(t, 404, got.status)
}

func TestWorld_Subjects_AreValidated(t *testing.T) {
	t.Parallel()
	w := federated()
	require.NoError(t, w.Validate())
	w.Users[1].Subjects = []string{jobSubject, ""}
	err := w.Validate()
	require.Error(t, err)
	assert.Contains(t, err.Error(), `users[1].subjects[0]: the subject "repo:acme/vision" is empty, or belongs to "alice" already`)
	assert.Contains(t, err.Error(), "users[1].subjects[1]")
	parsed, err := wandbtest.ParseWorld([]byte(`{"users":[{"username":"bot","subjects":["a","b"]}]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, parsed.Users[0].Subjects)
}
