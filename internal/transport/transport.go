package transport

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/version"
)

// Transport makes requests to one server with one key, or with access tokens. Make
// it with [New].
type Transport struct {
	base    baseURL
	client  http.Client // without Transport: each call brings its own
	next    http.RoundTripper
	owned   *http.Transport // next, if it is ours to close
	secrets *secrets        // behind a pointer, so that no %+v walks into it
	tokens  TokenSource     // in place of a key; may be nil
	header  http.Header     // sent to addresses below base
	log     *slog.Logger
	tracer  Tracer
	maxBody int
	// answered has the scheme and host of every address that there was a response from. Its
	// name is right then, and its certificate was trusted.
	answered sync.Map
}

type secrets struct {
	keys          secret.Keys // the key, if there is one
	authorization []string
}

// New checks the options and makes a Transport. It makes no request.
func New(o Options) (*Transport, error) {
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	t := &Transport{
		base:    base,
		secrets: &secrets{},
		log:     o.Logger,
		tracer:  o.Tracer,
		maxBody: defaultMaxBody,
	}
	if t.header, err = ownHeader(o); err != nil {
		return nil, err
	}
	if !o.Key.Empty() {
		credentials := base64.StdEncoding.EncodeToString([]byte("api:" + o.Key.Reveal()))
		t.secrets.authorization = []string{"Basic " + credentials}
		t.secrets.keys = secret.Keys{o.Key}
	}
	if o.HTTPClient != nil {
		t.client = *o.HTTPClient
		t.next = o.HTTPClient.Transport
		if t.next == nil {
			t.next = http.DefaultTransport
		}
	} else {
		t.owned = Network{ProxyAuthorization: t.header.Get("Proxy-Authorization")}.HTTPTransport()
		t.next = t.owned
	}
	t.client.Transport = nil
	// Redirects are never followed. W&B's API does not redirect, but login pages and
	// wrong addresses do. Following one would turn the POST into a GET, and show the
	// key to another host or hide the redirect behind a puzzling refusal.
	t.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if o.Tokens != nil {
		t.tokens = o.Tokens(t.anonymous())
	}
	return t, nil
}

func ownHeader(o Options) (http.Header, error) {
	h := make(http.Header, 4+len(o.ExtraHeaders))
	set := func(name, value string) error {
		if !validHeaderName(name) || strings.ContainsFunc(value, isControl) {
			return fmt.Errorf("header %q has a name or value that HTTP does not allow", name)
		}
		if value != "" && h.Get(name) == "" {
			h.Set(name, value)
		}
		return nil
	}
	err := errors.Join(
		set("User-Agent", cmp.Or(o.UserAgent, "wandgo/"+version.Module())),
		set("Content-Type", "application/json"),
		set("X-Wandb-Username", o.Username),
		set("X-Wandb-User-Email", o.Email),
	)
	for name, value := range o.ExtraHeaders {
		err = errors.Join(err, set(name, value))
	}
	return h, err
}

func isControl(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f }

func validHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

// BaseURL returns the server's address without a trailing slash.
func (t *Transport) BaseURL() string { return t.base.text }

// Scrub removes the API key and the tokens from foreign text.
func (t *Transport) Scrub(text string) string { return t.hidden().Scrub(text) }

// hidden are the secrets to remove from texts.
func (t *Transport) hidden() secret.Keys {
	if t.tokens != nil {
		return t.tokens.Secrets()
	}
	return t.secrets.keys
}

// anonymous is a Transport on the same connections that has no credentials.
func (t *Transport) anonymous() *Transport {
	return &Transport{
		base: t.base, client: t.client, next: t.next, secrets: &secrets{},
		header: t.header, log: t.log, tracer: t.tracer, maxBody: t.maxBody,
	}
}

// Close closes idle connections; requests in flight finish. It does not close the
// connections of Options.HTTPClient. Further calls do nothing.
func (t *Transport) Close() error {
	if t.owned != nil {
		t.owned.CloseIdleConnections()
	}
	return nil
}

// Format prints only the base URL, whatever the verb.
func (t *Transport) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "transport to "+t.base.text)
}

// Do sends the request and retries it as its policy says. It returns any response,
// whatever its status. The error is an [*Error] if there was no response: the
// context ended, or the last attempt failed. If the next wait would exceed the
// context's deadline, Do returns the last response at once.
func (t *Transport) Do(ctx context.Context, r *Request) (*Response, error) {
	c := &call{t: t, ctx: ctx, req: r, started: time.Now()}
	req, err := t.newRequest(ctx, r)
	if err != nil {
		return nil, &Error{Op: r.Operation, Err: err}
	}
	c.tokens = t.tokens != nil && !r.NoCredentials && t.base.covers(req.URL)
	client := t.client
	client.Timeout = 0 // call applies it, together with the policy's own
	client.Transport = c
	retrier := retryablehttp.Client{
		HTTPClient:   &client,
		RetryMax:     max(r.Policy.Retries, 0),
		RetryWaitMin: r.Policy.MinWait,
		RetryWaitMax: r.Policy.MaxWait,
		CheckRetry:   c.checkRetry,
		Backoff:      c.backoff,
		// Without it the last response's body is thrown away.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := retrier.Do(req)
	if resp != nil { // its body is read already, see call.RoundTrip
		_ = resp.Body.Close()
	}
	return c.result(err)
}

func (t *Transport) newRequest(ctx context.Context, r *Request) (*retryablehttp.Request, error) {
	u, err := t.base.resolve(r.Path)
	if err != nil {
		return nil, err
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodPost), "", nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.URL, req.Host, req.Header = u, u.Host, t.headerFor(u, r)
	if r.Body != nil && r.Open == nil {
		if err := req.SetBody(r.Body); err != nil {
			return nil, fmt.Errorf("set request body: %w", err)
		}
	}
	return req, nil
}

// headerFor is the header of a request to u.
func (t *Transport) headerFor(u *url.URL, r *Request) http.Header {
	if !t.base.covers(u) {
		// Another server, such as an object store, gets neither the key nor the
		// extra headers, which may hold a gateway's secrets.
		header := http.Header{"User-Agent": t.header["User-Agent"]}
		maps.Copy(header, r.Header)
		if !r.NoCredentials {
			delete(header, "Authorization")
		}
		return header
	}
	header := maps.Clone(t.header)
	if r.NoCredentials {
		for _, name := range []string{"Authorization", "Content-Type", "X-Wandb-Username", "X-Wandb-User-Email"} {
			delete(header, name)
		}
		maps.Copy(header, r.Header)
		return header
	}
	maps.Copy(header, r.Header)
	delete(header, "Authorization")
	if t.secrets.authorization != nil {
		header["Authorization"] = t.secrets.authorization
	} else if t.header["Authorization"] != nil { // an extra header, without a key
		header["Authorization"] = t.header["Authorization"]
	}
	return header
}
