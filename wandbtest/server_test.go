package wandbtest_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestStart_ZeroWorld_RefusesEveryKey(t *testing.T) {
	t.Parallel()
	srv, err := wandbtest.Start(wandbtest.World{}) // the zero world refuses everybody
	require.NoError(t, err)
	defer srv.Close()
	assert.True(t, strings.HasPrefix(srv.URL(), "http://127.0.0.1:"))
	status, _ := as(t, srv, wandbtest.AliceKey).upsert("acme", "p", "r")
	assert.Equal(t, http.StatusUnauthorized, status)
	srv.Close()
	srv.Close()
	_, err = as(t, srv, "").try(http.MethodGet, "/", nil, nil)
	assert.Error(t, err)
	assert.Len(t, srv.Requests(), 1, "what was recorded stays readable")
}

func TestStart_InvalidWorldOrAddress_ReturnsError(t *testing.T) {
	t.Parallel()
	_, err := wandbtest.Start(wandbtest.World{Users: []wandbtest.User{{Username: ""}}})
	assert.ErrorContains(t, err, "users[0].username")
	for _, addr := range []string{"0.0.0.0:0", ":0", "nonsense"} {
		_, err := wandbtest.Start(wandbtest.Solo(), wandbtest.WithAddr(addr))
		assert.Error(t, err, addr)
	}
}

// A server can be used without its listener.
func TestServeHTTP_NoListener_Responds(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ viewer { username } }"}`))
	req.SetBasicAuth("api", wandbtest.AliceKey)
	srv.ServeHTTP(rec, req)
	assert.JSONEq(t, `{"data":{"viewer":{"username":"alice"}}}`, rec.Body.String())
}

// Every form a client may send a key in.
func TestCredentials_EachForm_IsAcceptedOrRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	body := graphqlBody(t, `{ viewer { username } }`, nil)
	credentials := base64.StdEncoding.EncodeToString([]byte("api:" + wandbtest.AliceKey))
	for name, tc := range map[string]struct {
		header string
		status int
		want   string
	}{
		"basic":        {"Basic " + credentials, 200, `{"data":{"viewer":{"username":"alice"}}}`},
		"lower case":   {"basic " + credentials, 200, `{"data":{"viewer":{"username":"alice"}}}`},
		"empty key":    {"Basic YXBpOg==", 200, `{"data":{"viewer":null}}`},
		"no base64":    {"Basic ???", 200, `{"data":{"viewer":null}}`},
		"none":         {"", 200, `{"data":{"viewer":null}}`},
		"other scheme": {"Digest x", 200, `{"data":{"viewer":null}}`},
		"bearer":       {"Bearer " + wandbtest.AliceKey, 401, `{"error":"Malformed token"}`},
	} {
		got, err := as(t, srv, "").try(http.MethodPost, "/graphql", body, http.Header{"Authorization": {tc.header}})
		require.NoError(t, err)
		assert.Equal(t, tc.status, got.status, name)
		assert.Equal(t, tc.want, got.body, name)
	}
}

func TestFeatures_OptionGiven_ReplacesTheDefault(t *testing.T) {
	t.Parallel()
	const q = `{ serverInfo { features { name isEnabled } cliVersionInfo } }`
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithFeatures("B", "A"))
	got := as(t, srv, "").query("serverInfo.features", q, nil)
	assert.Equal(t, []any{map[string]any{"name": "A", "isEnabled": true}, map[string]any{"name": "B", "isEnabled": true}}, got)
	srv = wandbtest.New(t, wandbtest.Solo())
	assert.Len(t, as(t, srv, "").query("serverInfo.features", q, nil), len(wandbtest.DefaultFeatures()))
}

func TestServer_MalformedRequest_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPost, "/graphql", `{`, 400},
		{http.MethodPost, "/graphql", ``, 400},
		{http.MethodGet, "/graphql", ``, 404},
		{http.MethodPost, "/files/acme/p", ``, 404},
		{http.MethodPost, "/files/acme/p/r/other", ``, 404},
		{http.MethodPut, "/files/acme/p/r/other", ``, 404},
		{http.MethodGet, "/sdk/otel/v1/logs", ``, 404},
		{http.MethodDelete, "/storage/x/y", ``, 404},
	} {
		status, body := c.do(tc.method, tc.path, []byte(tc.body))
		assert.Equal(t, tc.status, status, "%s %s: %s", tc.method, tc.path, body)
	}
}
