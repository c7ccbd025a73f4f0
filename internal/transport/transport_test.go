package transport

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/secret"
)

var basic = "Basic " + base64.StdEncoding.EncodeToString([]byte("api:"+testKey))

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

func newTransport(t *testing.T, o Options) *Transport {
	t.Helper()
	tr, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, tr.Close()) })
	return tr
}

func TestDo_Headers_AreSent(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	})
	tr := newTransport(t, Options{
		BaseURL: srv.URL + "/sub/", Key: secret.New(testKey), Username: "jo", Email: "jo@example.com",
		ExtraHeaders: map[string]string{"x-gateway": "g", "User-Agent": "ignored", "authorization": "Bearer ignored"},
	})
	_, err := tr.Do(t.Context(), &Request{
		Path: "/files/a%2Fb/file_stream", Body: []byte("12345"),
		Header: http.Header{"X-Mine": {"m"}, "Authorization": {"Bearer also-ignored"}},
	})
	require.NoError(t, err)
	assert.Equal(t, "POST", got.Method)
	assert.Equal(t, "/sub/files/a%2Fb/file_stream", got.URL.EscapedPath())
	assert.Equal(t, "12345", string(body))
	assert.EqualValues(t, 5, got.ContentLength)
	assert.Empty(t, got.TransferEncoding)
	assert.Equal(t, []string{basic}, got.Header["Authorization"])
	for name, want := range map[string]string{
		"X-Wandb-Username": "jo", "X-Wandb-User-Email": "jo@example.com", "X-Gateway": "g", "X-Mine": "m",
		"Content-Type": "application/json", "Accept-Encoding": "gzip",
	} {
		assert.Equal(t, want, got.Header.Get(name), name)
	}
	assert.Regexp(t, `^wandgo/\S+$`, got.UserAgent())

	plain := newTransport(t, Options{BaseURL: srv.URL, UserAgent: "harness/1"})
	_, err = plain.Do(t.Context(), &Request{Method: http.MethodGet, Path: "/"})
	require.NoError(t, err)
	assert.Equal(t, "GET", got.Method)
	assert.Equal(t, "harness/1", got.UserAgent())
	for _, name := range []string{"Authorization", "X-Wandb-Username", "X-Wandb-User-Email"} {
		assert.NotContains(t, got.Header, name)
	}
}

func TestNew_InvalidOptions_ReturnsError(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"no base URL":                {},
		"a line break in a value":    {BaseURL: "https://h", Username: "jo\r\nX-Evil: 1"},
		"a colon in a header's name": {BaseURL: "https://h", ExtraHeaders: map[string]string{"a:b": "c"}},
		"an empty header name":       {BaseURL: "https://h", ExtraHeaders: map[string]string{"": "c"}},
	} {
		_, err := New(o)
		assert.Error(t, err, name)
	}
}

func TestDo_Redirect_IsNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	other := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, location := range []string{other.URL + "/login?token=t0ps3cret&key=" + testKey, "/elsewhere", "://broken%zz"} {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/graphql" {
					reached.Add(1)
				}
				w.Header().Set("Location", location)
				w.WriteHeader(code)
				_, _ = io.WriteString(w, "moved")
			})
			tr := newTransport(t, Options{BaseURL: srv.URL, Key: secret.New(testKey)})
			resp, err := tr.Do(t.Context(), post(GraphQLPolicy()))
			require.NoError(t, err)
			assert.Equal(t, code, resp.StatusCode)
			assert.Equal(t, "moved", string(resp.Body))
			assert.Equal(t, 1, resp.Attempts)
			assert.NotContains(t, resp.Header.Get("Location"), "t0ps3cret")
			assert.NotContains(t, resp.Header.Get("Location"), testKey)
			if strings.HasPrefix(location, "http") {
				assert.Equal(t, other.URL+"/login", resp.Header.Get("Location"))
			}
		}
	}
	assert.Zero(t, reached.Load(), "a redirect was followed")
}

func TestDo_OtherHost_GetsNoCredentials(t *testing.T) {
	t.Parallel()
	headers := make(chan http.Header, 1)
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { headers <- r.Header })
	home := serve(t, func(_ http.ResponseWriter, r *http.Request) { headers <- r.Header })
	tr := newTransport(t, Options{
		BaseURL: home.URL + "/wandb", Key: secret.New(testKey), Username: "jo",
		ExtraHeaders: map[string]string{"X-Gateway-Token": "gateway-secret"},
	})
	for address, want := range map[string]bool{
		"/graphql":                     true,
		home.URL + "/wandb/files/x":    true,
		home.URL + "/other":            false,
		home.URL + "/wandb/../other":   false,
		other.URL + "/wandb/presigned": false,
	} {
		_, err := tr.Do(t.Context(), &Request{Path: address, Body: []byte("x")})
		require.NoError(t, err)
		got := <-headers
		if want {
			assert.Equal(t, basic, got.Get("Authorization"), address)
			continue
		}
		assert.NotContains(t, fmt.Sprint(got), basic, address)
		for _, name := range []string{"Authorization", "X-Wandb-Username", "X-Gateway-Token"} {
			assert.NotContains(t, got, name, address)
		}
	}
}

func TestDo_NoKey_SendsExtraAuthorization(t *testing.T) {
	t.Parallel()
	var got string
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") })
	tr := newTransport(t, Options{BaseURL: srv.URL, ExtraHeaders: map[string]string{"Authorization": "Bearer b"}})
	_, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
	assert.Equal(t, "Bearer b", got)
}

// A proxy may show the request that it refuses, with its key.
func TestDo_ResponseEchoesCredentials_IsScrubbed(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
		w.WriteHeader(403)
		fmt.Fprintf(w, "denied: Authorization: %s\nkey %s", r.Header.Get("Authorization"), testKey)
	})
	var logged bytes.Buffer
	var seen []Exchange
	tr := newTransport(t, Options{
		BaseURL: srv.URL, Key: secret.New(testKey),
		Logger: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	ctx := WithObserver(t.Context(), func(x Exchange) { seen = append(seen, x) })
	resp, err := tr.Do(ctx, &Request{Path: "/echo/" + testKey, Operation: "Echo"})
	require.NoError(t, err)
	require.Len(t, seen, 1)
	report, err := json.Marshal(seen)
	require.NoError(t, err)
	for what, text := range map[string]string{
		"body": string(resp.Body), "request id": resp.RequestID, "log": logged.String(), "exchange": string(report),
	} {
		assert.NotContains(t, text, testKey, what)
		assert.NotContains(t, text, strings.TrimPrefix(basic, "Basic "), what)
		assert.Contains(t, text, secret.Redacted, what)
	}
	assert.Contains(t, string(resp.Body), "denied: Authorization: ")
}

func TestDo_KeyAcrossTheCut_IsScrubbed(t *testing.T) {
	t.Parallel()
	tr, _ := newScripted(t, status(403, strings.Repeat("x", maxErrorBody-10)+testKey+strings.Repeat("y", 100)))
	resp, err := tr.Do(t.Context(), post(Policy{}))
	require.NoError(t, err)
	assert.Len(t, resp.Body, maxErrorBody)
	assert.NotContains(t, string(resp.Body), testKey[:8])
}

func TestDo_ErrorHoldsKey_IsScrubbed(t *testing.T) {
	t.Parallel()
	inner := errors.New("proxy http://jo:hunter22@proxy:3128 refused " + testKey)
	tr, _ := newScripted(t, fails(inner))
	_, err := tr.Do(t.Context(), post(Policy{}))
	require.ErrorIs(t, err, inner)
	_, ok := errors.AsType[*url.Error](err)
	assert.True(t, ok, "the error keeps its type")
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			text := fmt.Sprintf(verb, e)
			assert.NotContains(t, text, "hunter22", verb)
			assert.NotContains(t, text, testKey, verb)
		}
	}
	assert.Contains(t, err.Error(), "proxy http://"+secret.Redacted+"@proxy:3128 refused")
}

func TestTransport_AnyFormat_HidesKey(t *testing.T) {
	t.Parallel()
	tr, _ := newScripted(t, status(200, ""))
	holder := struct{ T *Transport }{tr}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		assert.Equal(t, "transport to https://api.test", fmt.Sprintf(verb, tr))
		assert.NotContains(t, fmt.Sprintf(verb, holder), testKey)
	}
}

func TestWithObserver_EachAttempt_IsReported(t *testing.T) {
	t.Parallel()
	var n int
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.Header().Set("X-Request-Id", "first")
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(503)
			_, _ = io.WriteString(w, strings.Repeat("long ", 2000))
			return
		}
		_, _ = io.WriteString(w, "{}")
	})
	var seen []Exchange
	tr := newTransport(t, Options{BaseURL: srv.URL})
	ctx := WithObserver(t.Context(), func(x Exchange) { seen = append(seen, x) })
	_, err := tr.Do(ctx, &Request{Path: "/graphql?secret=1", Operation: "Viewer", Policy: Policy{Retries: 1}})
	require.NoError(t, err)
	require.Len(t, seen, 2)
	for i, x := range seen {
		assert.Equal(t, i+1, x.Attempt)
		assert.Equal(t, "POST", x.Method)
		assert.Equal(t, "/graphql", x.Path)
		assert.Equal(t, "Viewer", x.Operation)
		assert.False(t, x.Start.IsZero())
		assert.Positive(t, x.Duration)
		assert.Empty(t, x.Err)
	}
	assert.Equal(t, 503, seen[0].StatusCode)
	assert.Equal(t, "first", seen[0].RequestID)
	assert.Equal(t, "text/plain", seen[0].ContentType)
	assert.Len(t, seen[0].BodyHead, maxHead)
	assert.Equal(t, 200, seen[1].StatusCode)
	assert.Equal(t, "{}", seen[1].BodyHead)

	srv.Close()
	seen = nil
	_, err = tr.Do(ctx, post(Policy{}))
	require.Error(t, err)
	require.Len(t, seen, 1)
	assert.Zero(t, seen[0].StatusCode)
	assert.NotEmpty(t, seen[0].Err)
}

func TestLogger_Retry_IsLogged(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	tr, err := New(Options{
		BaseURL: "https://api.test", HTTPClient: &http.Client{Transport: &script{steps: []step{status(503, ""), status(200, "")}}},
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	require.NoError(t, err)
	_, err = tr.Do(t.Context(), post(Policy{Retries: 1}))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(logged.String(), "\n"), "one Warn record, and nothing else above Debug")
	assert.Contains(t, logged.String(), `reason="HTTP 503"`)
}

func TestNew_GivenClient_IsNotChanged(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	rt := &countingCloser{RoundTripper: &http.Transport{}}
	t.Cleanup(rt.RoundTripper.(*http.Transport).CloseIdleConnections)
	given := &http.Client{Transport: rt, Timeout: time.Minute}
	before := *given
	tr, err := New(Options{BaseURL: srv.URL, HTTPClient: given})
	require.NoError(t, err)
	_, err = tr.Do(t.Context(), post(Policy{Retries: 2}))
	require.NoError(t, err)
	require.NoError(t, tr.Close())
	assert.Nil(t, given.CheckRedirect)
	assert.Equal(t, before.Timeout, given.Timeout)
	assert.Same(t, rt, given.Transport)
	assert.Zero(t, rt.closed, "idle connections of a client that is not ours were closed")
}

type countingCloser struct {
	http.RoundTripper
	closed int
}

func (c *countingCloser) CloseIdleConnections() { c.closed++ }

func TestClose_OwnClient_ClosesConnections(t *testing.T) {
	t.Parallel()
	tr := newTransport(t, Options{BaseURL: "https://h", ExtraHeaders: map[string]string{"Proxy-Authorization": "Basic x"}})
	assert.NotSame(t, http.DefaultTransport, tr.owned, "Close would close everybody's connections")
	assert.Equal(t, http.Header{"Proxy-Authorization": {"Basic x"}}, tr.owned.ProxyConnectHeader)
}

func TestClose_LeavesNoGoroutine(t *testing.T) { //nolint:paralleltest // it counts goroutines
	ignore := goleak.IgnoreCurrent()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
		}
		_, _ = io.WriteString(w, "{}")
	}))
	tr, err := New(Options{BaseURL: srv.URL, Key: secret.New(testKey)})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := tr.Do(t.Context(), post(GraphQLPolicy()))
			assert.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err = tr.Do(ctx, &Request{Path: "/hang", Policy: GraphQLPolicy()})
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	wg.Wait()
	require.NoError(t, tr.Close())
	require.NoError(t, tr.Close(), "Close may be called twice")
	srv.Close()
	goleak.VerifyNone(t, ignore)
}
