package objectstore

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/transport"
)

// Error is a failed transfer from or to an object store. W&B had allowed it and returned the
// address, so it says nothing about the user's permissions. If the store refused, it
// matches errors.ErrStoreRefused.
type Error struct {
	// Name is the file's name in the run or the artifact, and Host the store's.
	Name, Host string
	// Answer is the store's response, or why there was none.
	Answer *graphql.Error
}

// ErrorOf returns the error for the outcome of a transfer, as gqlclient.ErrorOf has it; nil for nil.
// api is the API's address: if it is the store as well, a response in W&B's form is W&B's. A 407 is
// always a proxy's.
func ErrorOf(name, host, api string, outcome error) error {
	e, ok := errors.AsType[*graphql.Error](outcome)
	if !ok {
		return outcome
	}
	if u, err := url.Parse(api); err == nil && u.Host == host && e.Answered() && e.FromWandB() {
		return e
	}
	if e.Answered() && e.StatusCode == http.StatusProxyAuthRequired {
		return e
	}
	return &Error{Name: name, Host: host, Answer: e}
}

// maxCode bounds the code of a store's answer in a text.
const maxCode = 100

func (e *Error) Error() string {
	if !e.Refused() {
		return fmt.Sprintf("storage %s: %v", e.Host, e.Answer)
	}
	what := cmp.Or(e.Code(), http.StatusText(e.Answer.StatusCode))
	return fmt.Sprintf("storage %s refused with HTTP %d (%s)", e.Host, e.Answer.StatusCode, plaintext.Line(what, maxCode))
}

// Unwrap returns the response, after errors.ErrStoreRefused for a refusal.
func (e *Error) Unwrap() []error {
	if e.Refused() {
		return []error{errors.ErrStoreRefused, e.Answer}
	}
	return []error{e.Answer}
}

// Refused reports whether another attempt would be refused too.
func (e *Error) Refused() bool {
	return e.Answer.Answered() && e.Answer.StatusCode >= 300 && !transport.RetryTransfer(e.Answer.StatusCode, e.Answer.Body)
}

// FromStore reports whether the response has the form of an object store's.
func (e *Error) FromStore() bool { return e.Answer.Kind == graphql.KindStorageXML }

// Code returns the store's error code, such as "AccessDenied", or "".
func (e *Error) Code() string {
	if !e.FromStore() {
		return ""
	}
	code, _, _ := strings.Cut(e.Answer.Message, ":")
	return code
}

// expired reports whether the store says that the address has expired. S3 and MinIO say
// "Request has expired", Google "ExpiredToken", and Azure "Signature not valid in the
// specified time frame".
func expired(e *graphql.Error) bool {
	text := strings.ToLower(e.Message)
	return e.Kind == graphql.KindStorageXML && e.StatusCode < 500 &&
		(strings.Contains(text, "expired") || strings.Contains(text, "time frame"))
}

// Accepts reports whether a response may be an object store's. A web page is from
// something in between, which has not stored the file.
func Accepts(r *transport.Response) bool {
	body := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 512)]))
	return !bytes.HasPrefix(body, []byte("<!doctype html")) && !bytes.HasPrefix(body, []byte("<html"))
}
