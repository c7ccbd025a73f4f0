package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/wandgo/wandgo/internal/secret"
)

const (
	defaultMaxBody = 64 << 20 // of a 2xx
	maxErrorBody   = 64 << 10 // of anything else
	maxHead        = 4 << 10  // of an Exchange
	// errorBodyTime is how long reading the body of an error may take. The status
	// is enough, and the body may never end.
	errorBodyTime = 3 * time.Second
	// scrubMargin is read beyond a limit, so that a key across it is found before
	// the cut.
	scrubMargin = 1 << 10
)

// ErrTooLarge is returned for a response that is larger than any of the API's.
var ErrTooLarge = errors.New("response body is too large")

// ErrForeign means that a response with a status of success is not the server's.
var ErrForeign = errors.New("the response is not the server's")

// call is one Transport.Do in progress. It is the round tripper of its attempts and
// decides about retries. It reads each response completely inside the attempt, for
// three reasons: the attempt's timeout covers it, a connection lost half-way fails
// the attempt, and the retry loop discards bodies.
type call struct {
	t   *Transport
	ctx context.Context
	req *Request

	started    time.Time
	tokens     bool   // the request carries an access token
	renewed    bool   // a token that the server did not accept was replaced
	origin     string // of the last attempt: scheme and host
	attempts   int
	conflicts  int
	unresolved int
	pages      int
	wait       time.Duration

	last *Response // the last response, nil if there was none
	err  error     // why the last attempt had none, nil if it had one
	// failed is err of the last attempt that did not fail because the context
	// ended, nil if that was answered.
	failed error
	// cut is true if the context ended although the policy allowed a retry, so that
	// last is not final.
	cut bool
}

// RoundTrip makes one attempt. It hides CloseIdleConnections of the transport
// below, which the retry loop would call after each failure, on connections that
// may be used by the whole program.
func (c *call) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.tokens {
		return c.withToken(req)
	}
	return c.once(req)
}

func (c *call) once(req *http.Request) (*http.Response, error) {
	c.attempts++
	c.origin = req.URL.Scheme + "://" + req.URL.Host
	start := time.Now()
	req, traced := c.trace(req)
	resp, got, err := c.attempt(req)
	traced(got, err)
	if err == nil {
		c.t.answered.Store(c.origin, true)
		c.last, c.err, c.failed = got, nil, nil
	} else {
		c.err = err
		if c.ctx.Err() == nil {
			c.failed = err
		}
	}
	c.report(req, start, got, err)
	return resp, err
}

func (c *call) attempt(req *http.Request) (*http.Response, *Response, error) {
	ctx, proxy := noteProxy(req.Context())
	ctx, cancel := c.attemptContext(ctx)
	defer cancel()
	req = req.WithContext(ctx)
	var sent readFailure
	if c.req.Open != nil {
		var err error
		if req, err = c.openBody(req, &sent); err != nil {
			return nil, nil, err
		}
	}
	resp, err := c.t.next.RoundTrip(req)
	if err == nil && resp == nil {
		err = errors.New("the HTTP transport returned neither a response nor an error")
	}
	if err != nil {
		if failed := sent.get(); failed != nil {
			return nil, nil, &bodyError{failed}
		}
		return nil, nil, c.attemptError(req, proxyError(*proxy, req, err))
	}
	if err := proxyResponse(*proxy, req, resp); err != nil {
		_ = resp.Body.Close()
		return nil, nil, err
	}
	got, err := c.read(resp, cancel)
	_ = resp.Body.Close()
	if err != nil {
		return nil, nil, c.attemptError(req, err)
	}
	got.Attempts = c.attempts
	resp.Body = http.NoBody
	return resp, got, nil
}

// attemptContext bounds one attempt, and can end it early.
func (c *call) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if limit := c.timeout(); limit > 0 {
		return context.WithTimeoutCause(ctx, limit, &timeoutError{limit})
	}
	return context.WithCancel(ctx)
}

// timeout is the shorter of the policy's and the given client's.
func (c *call) timeout() time.Duration {
	limit := c.req.Policy.AttemptTimeout
	if own := c.t.client.Timeout; own > 0 && (limit <= 0 || own < limit) {
		limit = own
	}
	return limit
}

// attemptError returns the attempt's own timeout, which would otherwise look like
// the caller's deadline.
func (c *call) attemptError(req *http.Request, err error) error {
	if c.ctx.Err() == nil && req.Context().Err() != nil {
		return context.Cause(req.Context())
	}
	return err
}

// read reads the body; giveUp breaks it off.
func (c *call) read(resp *http.Response, giveUp context.CancelFunc) (*Response, error) {
	redirect := ""
	if c.req.KeepRedirect && resp.StatusCode/100 == 3 {
		redirect = resp.Header.Get("Location")
	}
	got := newResponse(resp, c.hidden())
	got.Redirect = redirect
	if resp.StatusCode < 200 { // 101: its body is the bare connection, which no context ends
		return got, nil
	}
	limit := maxErrorBody
	if got.OK() {
		limit = c.t.maxBody
		if c.req.MaxBody > 0 {
			limit = min(limit, c.req.MaxBody)
		}
		if c.req.Receive != nil {
			return got, receive(got, resp.Body, c.req.Receive)
		}
	}
	if resp.ContentLength > int64(limit) && got.OK() {
		return nil, ErrTooLarge
	}
	if !got.OK() {
		defer time.AfterFunc(errorBodyTime, giveUp).Stop()
	}
	body, err := readBody(resp, limit+scrubMargin)
	if got.OK() {
		if err != nil {
			return nil, fmt.Errorf("read response body: %w", err)
		}
		if len(body) > limit {
			return nil, ErrTooLarge
		}
		got.Body = body
		return got, nil
	}
	// A status is a response even if its body is incomplete.
	body = scrubBytes(c.hidden(), body)
	cut := min(len(body), limit)
	got.Body = body[:cut:cut]
	return got, nil
}

// readBody reads at most limit bytes, in one allocation if the length is known.
func readBody(resp *http.Response, limit int) ([]byte, error) {
	size := 512
	if n := resp.ContentLength; n >= 0 {
		size = int(min(n, int64(limit))) + bytes.MinRead
	}
	buf := bytes.NewBuffer(make([]byte, 0, size))
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, int64(limit)))
	return buf.Bytes(), err
}

// checkRetry decides whether to retry. It computes the wait, because a wait beyond
// the deadline is a reason to stop now.
func (c *call) checkRetry(ctx context.Context, _ *http.Response, err error) (bool, error) {
	if err != nil && c.err == nil {
		c.err = err // http.Client refused the request before any attempt
	}
	var again bool
	if err != nil {
		again = c.retryableError(ctx, err) && !is[*bodyError](c.err) && !is[*receiveError](c.err)
	} else {
		again = c.retryableStatus()
	}
	if !again || c.attempts > c.req.Policy.Retries {
		return false, nil
	}
	if ctx.Err() != nil {
		c.cut = true
		return false, nil //nolint:nilerr // result names the context's error
	}
	c.wait = c.nextWait()
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= c.wait {
		return false, nil
	}
	if c.t.log != nil {
		c.t.log.LogAttrs(ctx, slog.LevelWarn, "retrying W&B request",
			slog.String("operation", c.req.Operation), slog.Int("attempt", c.attempts),
			slog.Duration("wait", c.wait), slog.String("reason", c.reason()))
	}
	return true, nil
}

// retryableError adds some permanent errors to those of net/http, which the library
// knows.
func (c *call) retryableError(ctx context.Context, err error) bool {
	_, known := c.t.answered.Load(c.origin)
	if isImpostor(err) {
		// In place of a host that has responded before, it goes away again.
		return known && ctx.Err() == nil
	}
	if proxy, ok := errors.AsType[*ProxyError](err); ok && proxy.Permanent() {
		return known // it let requests through before
	}
	if errors.Is(err, ErrTooLarge) && c.req.MaxBody == 0 {
		return false // with a limit of its own, a longer response is from something in between
	}
	if e, ok := errors.AsType[*TokenError](err); ok && e.Permanent {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound && !known {
		c.unresolved++
		if c.unresolved > c.req.Policy.UnresolvedRetries {
			return false
		}
	}
	again, _ := retryablehttp.DefaultRetryPolicy(ctx, nil, err)
	return again
}

// isImpostor reports whether what listens is not the host that was asked: its certificate
// is not trusted, or it speaks no TLS. A captive portal is one.
func isImpostor(err error) bool {
	return is[*tls.CertificateVerificationError](err) || is[tls.RecordHeaderError](err) || errors.Is(err, http.ErrSchemeMismatch)
}

func (c *call) retryableStatus() bool {
	if c.last.OK() {
		return c.foreign()
	}
	status := c.last.StatusCode
	retryable := c.req.Policy.Retryable
	if retryable == nil {
		retryable = RetryMostFailures
	}
	if !retryable(status, c.last.Body) {
		if !isPage(status, c.last.Body) {
			return false
		}
		c.pages++
		return c.pages <= c.req.Policy.PageRetries
	}
	if status == http.StatusConflict {
		c.conflicts++
		return c.conflicts <= c.req.Policy.ConflictRetries
	}
	return true
}

// foreign reports whether the last response is a success that is not the server's.
func (c *call) foreign() bool {
	return c.last.OK() && c.req.Policy.Accepts != nil && !c.req.Policy.Accepts(c.last)
}

func (c *call) nextWait() time.Duration {
	if c.err == nil && c.last.RetryAfter > 0 {
		return c.last.RetryAfter
	}
	return backoff(c.req.Policy.MinWait, c.req.Policy.MaxWait, c.attempts-1)
}

func (c *call) backoff(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return c.wait }

func (c *call) reason() string {
	if c.err != nil {
		return scrubText(c.hidden(), c.err.Error())
	}
	return fmt.Sprintf("HTTP %d", c.last.StatusCode)
}

// result is the outcome of the retry loop. A complete response takes precedence
// over the end of the context, which takes precedence over the error it caused.
func (c *call) result(err error) (*Response, error) {
	if err == nil && c.err == nil && c.last != nil && !c.cut && !c.foreign() {
		return c.last, nil
	}
	failure := &Error{Op: c.req.Operation, Last: c.last, Attempts: c.attempts, Elapsed: time.Since(c.started)}
	if c.failed != nil {
		failure.LastErr = redactError(c.hidden(), c.failed)
	}
	switch {
	case c.ctx.Err() != nil:
		failure.Err = contextError(c.ctx)
	case is[*TokenError](err): // without the address that nothing was sent to
		failure.Err = redactError(c.hidden(), c.err)
	case err != nil:
		failure.Err = redactError(c.hidden(), withoutQuery(err))
	case c.err != nil:
		failure.Err = redactError(c.hidden(), c.err)
	case c.last != nil && c.foreign():
		failure.Err = ErrForeign
	default:
		failure.Err = errors.New("the HTTP client returned neither a response nor an error")
	}
	return nil, failure
}

// hidden are the secrets to remove from texts about the exchange.
func (c *call) hidden() secret.Keys {
	keys := c.t.hidden()
	if len(c.req.Secrets) == 0 {
		return keys
	}
	return slices.Concat(keys, c.req.Secrets)
}

func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

func (c *call) report(req *http.Request, start time.Time, got *Response, err error) {
	observe, _ := c.ctx.Value(observer{}).(func(Exchange))
	if observe == nil && c.t.log == nil {
		return
	}
	x := Exchange{
		Start: start, Duration: time.Since(start), Operation: c.req.Operation,
		Method: req.Method, Path: scrubText(c.hidden(), req.URL.EscapedPath()), Attempt: c.attempts,
	}
	if err != nil {
		x.Err = scrubText(c.hidden(), err.Error())
	}
	if got != nil {
		x.StatusCode, x.RequestID, x.ContentType = got.StatusCode, got.RequestID, got.ContentType
	}
	if c.t.log != nil {
		c.t.log.LogAttrs(req.Context(), slog.LevelDebug, "W&B request",
			slog.String("operation", x.Operation), slog.String("method", x.Method), slog.String("path", x.Path),
			slog.Int("attempt", x.Attempt), slog.Int("status", x.StatusCode), slog.Duration("duration", x.Duration),
			slog.String("request_id", x.RequestID), slog.String("error", x.Err))
	}
	if observe != nil {
		if got != nil {
			head := got.Body[:min(len(got.Body), maxHead+scrubMargin)]
			text := c.hidden().Scrub(string(head))
			if c.req.Confidential && got.StatusCode < http.StatusMultipleChoices {
				text = secret.Redacted
			}
			x.BodyHead = text[:min(len(text), maxHead)]
		}
		observe(x)
	}
}
