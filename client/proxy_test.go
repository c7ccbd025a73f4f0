package client_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// proxied creates a client whose requests go through a proxy to a server that no one
// reaches otherwise.
func proxied(t *testing.T, baseURL string, pairs ...string) *client.Client {
	t.Helper()
	o := client.Options{BaseURL: baseURL, APIKey: key("member"), Dir: t.TempDir(), InitTimeout: time.Minute}
	quicklyWith(pairs...)(&o)
	c, err := client.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// A proxy that refuses to connect does so again: the person learns it at once, with the
// proxy, the variable and what to do.
func TestInit_ProxyDoesNotConnect_NamesProxyVariableAndFix(t *testing.T) {
	t.Parallel()
	away := nobody(t)
	const server = "https://wandb.example.test"
	for _, tt := range []struct {
		name      string
		base      string
		proxy     string // with HOST for that of the proxy
		status    int
		offers    string
		cause     error
		retryable bool
		attempts  int64 // 0: several
		says      []string
	}{
		{
			name: "407 without a login", base: server, proxy: "http://HOST", status: 407, offers: `Basic realm="x"`, cause: errors.ErrIntermediary, attempts: 1,
			says: []string{"the proxy http://HOST requires a user name and password", "export WANDB_HTTPS_PROXY=http://USER:PASSWORD@HOST", "unset WANDB_HTTPS_PROXY"},
		},
		{
			name: "407 with a login", base: server, proxy: "http://jo:hush-hush@HOST", status: 407, cause: errors.ErrIntermediary, attempts: 1,
			says: []string{"the proxy http://HOST rejects the user name and password", "WANDB_HTTPS_PROXY"},
		},
		{
			name: "407 for another login", base: server, proxy: "http://HOST", status: 407, offers: "NTLM", cause: errors.ErrIntermediary, attempts: 1,
			says: []string{"This one accepts only: NTLM."},
		},
		{
			name: "403", base: server, proxy: "http://HOST", status: 403, cause: errors.ErrIntermediary, attempts: 1,
			says: []string{"the proxy http://HOST refused to connect to wandb.example.test:443", "HTTP 403 Forbidden", "WANDB_HTTPS_PROXY"},
		},
		{
			name: "502", base: server, proxy: "http://HOST", status: 502, cause: errors.ErrServerUnavailable, retryable: true,
			says: []string{"the proxy http://HOST could not connect to wandb.example.test:443", "HTTP 502", "WANDB_HTTPS_PROXY"},
		},
		{
			name: "https for a plain proxy", base: server, proxy: "https://HOST", cause: errors.ErrServerUnavailable,
			says: []string{"the proxy https://HOST does not speak https", "export WANDB_HTTPS_PROXY=http://HOST"},
		},
		{
			name: "no proxy there", base: server, proxy: away, cause: errors.ErrServerUnavailable, retryable: true,
			says: []string{"annot reach the proxy " + away + " (connection refused)", "WANDB_HTTPS_PROXY"},
		},
		{
			name: "407 of a proxy for http", base: "http://wandb.example.test", proxy: "http://HOST", status: 407, cause: errors.ErrIntermediary, attempts: 1,
			says: []string{"the proxy http://HOST requires a user name and password", "export WANDB_HTTP_PROXY=http://USER:PASSWORD@HOST"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var attempts atomic.Int64
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				attempts.Add(1)
				if tt.offers != "" {
					w.Header().Set("Proxy-Authenticate", tt.offers)
				}
				w.WriteHeader(tt.status)
			}))
			defer proxy.Close()
			host := proxy.Listener.Addr().String()
			address := strings.ReplaceAll(tt.proxy, "HOST", host)
			c := proxied(t, tt.base, "WANDB_HTTPS_PROXY", address, "WANDB_HTTP_PROXY", address)
			_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			assertTyped(t, err, tt.cause)
			assert.Equal(t, tt.retryable, errors.IsRetryable(err))
			text := strings.Join(strings.Fields(errors.Explain(err)), " ")
			for _, says := range tt.says {
				assert.Contains(t, text, strings.ReplaceAll(says, "HOST", host))
			}
			for _, wrong := range []string{"hush-hush", "base URL", "WANDB_BASE_URL", "API key"} {
				assert.NotContains(t, text, wrong)
				assert.NotContains(t, err.Error(), wrong)
			}
			if tt.attempts != 0 {
				assert.Equal(t, tt.attempts, attempts.Load(), "it is not tried again")
			}
		})
	}
}

// A page of Google's front end is neither a proxy's nor W&B's, and does not say why.
func TestInit_GoogleFrontEndRefuses_ClaimsOnlyWhatThePageShows(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><html lang=en><title>Error 403 (Forbidden)!!1</title><p><b>403.</b> <ins>That’s an error.</ins>" +
		"<p>Your client does not have permission to get URL <code>/graphql</code> from this server.  <ins>That’s all we know.</ins>"
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	s.Inject(answer(403, page))
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	assertTyped(t, err, errors.ErrIntermediary)
	text := errors.Explain(err)
	assert.Contains(t, text, "error page of Google's front")
	assert.Contains(t, text, "The page gives no reason")
	for _, wrong := range []string{"proxy", "PROXY", "firewall", "WANDB_BASE_URL"} {
		assert.NotContains(t, text, wrong)
	}
}

// A proxy that let requests through before and wants a login in mid-run does not end the
// upload: it is asked again, like a server that is down.
func TestRun_ProxyRefusesInMidRun_UploadContinues(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	var refuses atomic.Bool
	var refused atomic.Int64
	to, err := url.Parse(s.URL())
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuses.Load() {
			if refused.Add(1) == 3 {
				refuses.Store(false)
			}
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	c := proxied(t, "http://wandb.example.test", "WANDB_HTTP_PROXY", proxy.URL)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	log(t, run, 0, 3)
	stored(t, s, run, 3)
	refuses.Store(true)
	log(t, run, 3, 6)
	stored(t, s, run, 6)
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Err())
	assert.EqualValues(t, 3, refused.Load())
}
