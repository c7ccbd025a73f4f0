package transport

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/secret"
)

func scrubText(keys secret.Keys, text string) string { return secret.RedactURL(keys.Scrub(text)) }

func scrubBytes(keys secret.Keys, body []byte) []byte {
	if len(keys) == 0 || len(body) == 0 {
		return body
	}
	text := string(body)
	if clean := keys.Scrub(text); clean != text {
		return []byte(clean)
	}
	return slices.Clip(body)
}

// redactError returns err if its text holds no secret, so that errors.As finds
// everything in it, otherwise the closest error without the secret.
func redactError(keys secret.Keys, err error) error {
	text := err.Error()
	clean := scrubText(keys, text)
	if clean == text {
		return err
	}
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost error is rebuilt

		return &url.Error{Op: u.Op, URL: scrubText(keys, u.URL), Err: redactError(keys, u.Err)}
	}
	return &redactedError{text: clean, hidden: func() error { return err }}
}

// withoutQuery removes the query from the address in net/http's errors, because
// that of a presigned address is a credential.
func withoutQuery(err error) error {
	u, ok := err.(*url.Error) //nolint:errorlint // only the outermost error is rebuilt
	if !ok {
		return err
	}
	address, _, cut := strings.Cut(u.URL, "?")
	if !cut {
		return err
	}
	return &url.Error{Op: u.Op, URL: address, Err: u.Err}
}

// redactedError stands for an error whose text held a secret. It matches what that
// error matches but does not expose it. The func hides it from %+v.
type redactedError struct {
	text   string
	hidden func() error
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.hidden(), target) }

// Timeout says whether the hidden error was a timeout.
func (e *redactedError) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.hidden())
	return ok && t.Timeout()
}

// timeoutError says that one attempt took too long. It is not the context's
// deadline and does not match it.
type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string { return "no response within " + e.limit.String() }

// Timeout marks it as a timeout for net.Error and url.Error.
func (e *timeoutError) Timeout() bool { return true }
