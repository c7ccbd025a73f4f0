package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// tokens is a source that returns token-1, and a new one for each that was rejected.
type tokens struct {
	mu    sync.Mutex
	n     int
	fresh bool
	errs  []error // of the calls to come; nil is none
}

func (s *tokens) Token(_ context.Context, rejected secret.Key) (token secret.Key, fresh bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.errs) > 0 {
		err, s.errs = s.errs[0], s.errs[1:]
		if err != nil {
			return secret.Key{}, false, err
		}
	}
	if !rejected.Empty() && rejected == s.current() {
		s.n++
		return s.current(), true, nil
	}
	return s.current(), s.fresh, nil
}

func (s *tokens) current() secret.Key { return secret.New(fmt.Sprintf("notakey-token-%d", s.n)) }

func (s *tokens) Secrets() secret.Keys { return secret.Keys{s.current()} }

func withTokens(s TokenSource) func(*Transport) TokenSource {
	return func(*Transport) TokenSource { return s }
}

func TestTokens_OtherHost_AreNotSent(t *testing.T) {
	t.Parallel()
	var seen []string
	note := func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if r.URL.Path == "/base/redirect" {
			http.Redirect(w, r, "/base/elsewhere", http.StatusTemporaryRedirect)
		}
	}
	home, foreign := serve(t, note), serve(t, note)
	tr := newTransport(t, Options{
		BaseURL: home.URL + "/base", Key: secret.New(testKey), Tokens: withTokens(&tokens{}),
		ExtraHeaders: map[string]string{"Authorization": "Bearer of-a-gateway"},
	})
	for _, c := range []struct {
		name string
		req  Request
		want []string
	}{
		{"below the base URL", Request{Path: "/graphql"}, []string{"Bearer notakey-token-0"}},
		{"with a header of its own", Request{Path: "/x", Header: http.Header{"Authorization": {"Bearer mine"}}}, []string{"Bearer notakey-token-0"}},
		{"beside it", Request{Path: home.URL + "/other"}, []string{""}},
		{"at another host", Request{Path: foreign.URL + "/base/x"}, []string{""}},
		{"without credentials", Request{Path: "/oidc/token", NoCredentials: true}, []string{""}},
		{"to a redirect, which is not followed", Request{Path: "/redirect"}, []string{"Bearer notakey-token-0"}},
	} {
		seen = nil
		_, err := tr.Do(t.Context(), &c.req)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, seen, c.name)
	}
}

// The exchange has the transport's connections and headers, but no credentials.
func TestTokens_Exchange_UsesSameConnections(t *testing.T) {
	t.Parallel()
	var got http.Header
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	var exchange *Transport
	tr := newTransport(t, Options{
		BaseURL: srv.URL, ExtraHeaders: map[string]string{"X-Gateway": "g"}, Username: "jo",
		Tokens: func(x *Transport) TokenSource {
			exchange = x
			return &tokens{}
		},
	})
	_, err := exchange.Do(t.Context(), &Request{Path: "/oidc/token", NoCredentials: true})
	require.NoError(t, err)
	assert.Equal(t, "g", got.Get("X-Gateway"))
	assert.Empty(t, got.Get("Authorization")+got.Get("X-Wandb-Username"))
	assert.Equal(t, tr.BaseURL(), exchange.BaseURL())
	assert.Empty(t, exchange.hidden())
}

// The complete request is sent again with a new token. A second 401, or one for a new
// token, is the response.
func TestTokens_Rejected_AreReplacedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fresh  bool
		good   string // the token that the server accepts
		sent   int
		status int
	}{
		{"at hand, and replaced", false, "notakey-token-1", 2, 200},
		{"at hand, and no better one", false, "none", 2, 401},
		{"new", true, "none", 1, 401},
		{"good", false, "notakey-token-0", 1, 200},
	} {
		for form, body := range map[string]func(*Request){
			"bytes": func(r *Request) { r.Body = []byte("a body") },
			"open": func(r *Request) {
				r.Open = func() (io.ReadCloser, int64, error) { return io.NopCloser(strings.NewReader("a body")), 6, nil }
			},
			"none": func(*Request) {},
		} {
			t.Run(c.name+", "+form, func(t *testing.T) {
				t.Parallel()
				var bodies []string
				srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
					text, _ := io.ReadAll(r.Body)
					bodies = append(bodies, string(text))
					if r.Header.Get("Authorization") != "Bearer "+c.good {
						w.WriteHeader(401)
					}
				})
				tr := newTransport(t, Options{BaseURL: srv.URL, Tokens: withTokens(&tokens{fresh: c.fresh})})
				r := &Request{Path: "/graphql"} // without any retry
				body(r)
				resp, err := tr.Do(t.Context(), r)
				require.NoError(t, err)
				assert.Equal(t, c.status, resp.StatusCode)
				assert.Equal(t, c.sent, resp.Attempts)
				require.Len(t, bodies, c.sent)
				for _, got := range bodies {
					assert.Equal(t, map[string]string{"bytes": "a body", "open": "a body", "none": ""}[form], got)
				}
			})
		}
	}
}

// The policy says how often it is retried, unless the failure is permanent.
func TestTokens_None_SendsNothing(t *testing.T) {
	t.Parallel()
	passing, final := &TokenError{Source: "source", Err: errors.New("not now")}, &TokenError{Source: "source", Permanent: true, Last: &Response{StatusCode: 400}, Message: "invalid_grant"}
	policy := Policy{Retries: 3, MinWait: time.Second, MaxWait: time.Second}
	for _, c := range []struct {
		name   string
		errs   []error
		steps  []step
		want   error
		status int
		sent   int
	}{
		{"at first", []error{passing, passing}, []step{status(200, "")}, nil, 200, 1},
		{"ever", []error{passing, passing, passing, passing}, []step{status(200, "")}, passing, 0, 0},
		{"for good", []error{final}, []step{status(200, "")}, final, 0, 0},
		{"in place of one that is not accepted", []error{nil, final}, []step{status(401, "")}, final, 0, 1},
		{"at once in place of one that is not accepted", []error{nil, passing}, []step{status(401, ""), status(200, "")}, nil, 200, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: c.steps, start: time.Now()}
				tr, err := New(Options{BaseURL: "http://h.example", HTTPClient: &http.Client{Transport: s}, Tokens: withTokens(&tokens{errs: c.errs})})
				require.NoError(t, err)
				resp, err := tr.Do(t.Context(), &Request{Path: "/graphql", Body: []byte("x"), Operation: "Op", Policy: policy})
				assert.Len(t, s.times, c.sent)
				if c.want == nil {
					require.NoError(t, err)
					assert.Equal(t, c.status, resp.StatusCode)
					return
				}
				require.ErrorIs(t, err, c.want)
				var e *TokenError
				require.ErrorAs(t, err, &e)
				assert.Contains(t, err.Error(), e.Error())
			})
		})
	}
	assert.Equal(t, "exchange the source: HTTP 400: invalid_grant", final.Error())
	assert.Equal(t, "exchange the source: not now", passing.Error())
}

// interrupted is a source whose exchange is broken off by the context.
type interrupted struct{ last *Response }

func (s interrupted) Token(ctx context.Context, _ secret.Key) (token secret.Key, fresh bool, err error) {
	<-ctx.Done()
	return secret.Key{}, false, &TokenError{Source: "identity token", Last: s.last, Err: ctx.Err()}
}

func (interrupted) Secrets() secret.Keys { return nil }

func TestTokens_ExchangeBrokenOff_LastAnswerIsKept(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]*Response{"answered before": {StatusCode: http.StatusTooManyRequests}, "never answered": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, err := New(Options{BaseURL: "http://127.0.0.1:9", Tokens: withTokens(interrupted{last})})
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err = tr.Do(ctx, &Request{Path: "/graphql"})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				failed, ok := errors.AsType[*Error](err)
				require.True(t, ok)
				exchange, ok := errors.AsType[*TokenError](failed.LastErr)
				require.Equal(t, last != nil, ok)
				if ok {
					assert.Same(t, last, exchange.Last)
				}
			})
		})
	}
}

// A confidential body is not shown at all.
func TestTokens_Texts_HideThem(t *testing.T) {
	t.Parallel()
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		w.Header().Set("X-Request-Id", "id-"+token)
		if r.URL.Path == "/secret" {
			fmt.Fprint(w, "a secret of the server's")
			return
		}
		text, _ := io.ReadAll(r.Body)
		w.WriteHeader(403)
		fmt.Fprintf(w, "%s and %s", token, text)
	})
	var log bytes.Buffer
	var seen []Exchange
	tr := newTransport(t, Options{
		BaseURL: srv.URL, Tokens: withTokens(&tokens{}), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	ctx := WithObserver(t.Context(), func(x Exchange) { seen = append(seen, x) })
	const assertion = "notakey.assertion.signed"
	resp, err := tr.Do(ctx, &Request{Path: "/echo", Body: []byte(assertion), Secrets: secret.Keys{secret.New(assertion)}})
	require.NoError(t, err)
	assert.Equal(t, "[redacted] and [redacted]", string(resp.Body))
	assert.Equal(t, "id-[redacted]", resp.RequestID)
	resp, err = tr.Do(ctx, &Request{Path: "/secret", Confidential: true})
	require.NoError(t, err)
	assert.Equal(t, "a secret of the server's", string(resp.Body), "to the caller it is told")
	assert.Equal(t, "[redacted]", seen[1].BodyHead)
	text := fmt.Sprintf("%+v %s %s %+v", seen, log.String(), tr.Scrub("Bearer notakey-token-0"), tr)
	assert.NotContains(t, text, "notakey")
	assert.NotContains(t, text, "a secret")
}
