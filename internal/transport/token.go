package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/wandgo/wandgo/internal/secret"
)

// TokenSource returns access tokens, which are sent in place of a key. It must be
// safe for concurrent use.
type TokenSource interface {
	// Token returns a valid token. rejected, if not empty, is one that the server
	// answered with 401; it is not returned again. fresh reports that the token was
	// created for this call, so there is no newer one. The error is a [*TokenError].
	// ctx bounds the call.
	Token(ctx context.Context, rejected secret.Key) (token secret.Key, fresh bool, err error)
	// Secrets returns the tokens in use, and the credentials they were created
	// from. They are removed from texts.
	Secrets() secret.Keys
}

// TokenError says that a request was not sent because there is no access token.
type TokenError struct {
	// Source names the credential that tokens are created from: "identity token
	// from /run/token".
	Source string
	// Permanent means that a retry would fail the same way.
	Permanent bool
	// Last is the server's last response to the exchange, or nil.
	Last *Response
	// Message is the message of that response, or "".
	Message string
	// Err is why there is no usable response.
	Err error
}

// Error is one line, without tokens.
func (e *TokenError) Error() string {
	text := "exchange the " + e.Source
	if e.Last != nil {
		text += fmt.Sprintf(": HTTP %d", e.Last.StatusCode)
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *TokenError) Unwrap() error { return e.Err }

// withToken makes an attempt with an access token. If the server rejects a token
// that was in use, it makes the attempt again with a new one, once per call.
func (c *call) withToken(req *http.Request) (*http.Response, error) {
	token, fresh, err := c.t.tokens.Token(req.Context(), secret.Key{})
	if err != nil {
		return nil, c.noToken(req, err)
	}
	resp, err := c.once(authorized(req, token))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || fresh || c.renewed {
		return resp, err
	}
	c.renewed = true
	if token, _, err = c.t.tokens.Token(req.Context(), token); err != nil {
		return nil, c.noToken(req, err)
	}
	again := authorized(req, token)
	if c.req.Body != nil {
		again.Body = io.NopCloser(bytes.NewReader(c.req.Body)) // the first one is spent
	}
	return c.once(again)
}

// noToken ends an attempt before it was sent.
func (c *call) noToken(req *http.Request, err error) error {
	c.attempts++
	c.err = err
	// The exchange has retries of its own: one that the context broke off may have an answer.
	if e, ok := errors.AsType[*TokenError](err); c.ctx.Err() == nil || ok && e.Last != nil {
		c.failed = err
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return err
}

// authorized is a copy of req that carries the token.
func authorized(req *http.Request, token secret.Key) *http.Request {
	copied := *req
	copied.Header = req.Header.Clone()
	copied.Header["Authorization"] = []string{"Bearer " + token.Reveal()}
	return &copied
}
