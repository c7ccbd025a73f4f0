package graphql

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/transport"
)

// Error is a failed operation, with everything in the response. The texts do not
// contain the API key. An Error is immutable.
type Error struct {
	// Operation is the name of the GraphQL operation, such as "UpsertBucket".
	Operation string
	// StatusCode is the HTTP status of the last response, 0 if there was none. If
	// the network failed or the context ended, as Err says, it is the status that
	// was retried.
	StatusCode int
	// Message, Code and Path are those of the first error in the response that has
	// a message, all empty if there is none. Code is extensions.code.
	Message, Code string
	Path          []string
	// Messages are all the messages, in the server's order.
	Messages []string
	// Errors are all the errors of the response, in the server's order.
	Errors []FieldError
	// Kind is the form of the body.
	Kind BodyKind
	// Body is the start of the raw body, at most 4 KiB.
	Body []byte
	// ContentType is the body's media type.
	ContentType string
	// Location is the target of a redirect, without its query. Redirects are never
	// followed.
	Location string
	// RequestID is the server's id of the response, if it sent one.
	RequestID string
	// RetryAfter is how long the server asked to wait; 0 if it did not.
	RetryAfter time.Duration
	// Attempts is how many HTTP requests were made.
	Attempts int
	// HasData reports that the response held data beside the errors.
	HasData bool
	// Err is a [*HTTPError] for an HTTP error status, a gqlerror.List for a 200 with
	// errors, otherwise the failure of the network, the context or the decoding.
	Err error
}

// FieldError is one entry of a response's list of errors.
type FieldError struct {
	// Message is the server's text.
	Message string
	// Code is extensions.code, or "".
	Code string
	// Path leads to the refused field, by alias. It is nil if the error is about the
	// request as a whole.
	Path []string
	// HasLocations reports that the error points into the document's text.
	HasLocations bool
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Error returns one line: operation, status, message and code, or why there was
// no response.
func (e *Error) Error() string {
	name := cmp.Or(e.Operation, "graphql")
	var b strings.Builder
	switch {
	case !e.Answered():
		if e.Err == nil {
			return name + ": no response"
		}
		if _, ok := errors.AsType[*transport.Error](e.Err); ok { // names operation and last status itself
			return oneLine(e.Err.Error())
		}
		return name + ": " + oneLine(e.Err.Error())
	case e.Message != "":
		fmt.Fprintf(&b, "%s: HTTP %d: %s", name, e.StatusCode, oneLine(e.Message))
	case e.FromWandB() && e.Err != nil && e.StatusCode < 300 && len(e.Errors) == 0:
		fmt.Fprintf(&b, "%s: HTTP %d: %s", name, e.StatusCode, oneLine(e.Err.Error()))
	case e.Location != "":
		fmt.Fprintf(&b, "%s: HTTP %d, a redirect to %s", name, e.StatusCode, oneLine(e.Location))
	default:
		fmt.Fprintf(&b, "%s: HTTP %d with %s", name, e.StatusCode, e.Kind.describe())
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", oneLine(e.Code))
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [request id %s]", oneLine(e.RequestID))
	}
	return b.String()
}

// Answered reports whether there was a final response. If not, Err says why: the
// request could not be sent, or the context ended while it was retried.
func (e *Error) Answered() bool {
	if e.Kind == "" {
		return false
	}
	_, failed := errors.AsType[*transport.Error](e.Err)
	return !failed
}

// FromWandB reports whether the body has the form of an error of W&B's API. It is
// false for responses of proxies, firewalls, object stores and other servers, and
// if there was no response.
func (e *Error) FromWandB() bool { return e.Kind == KindGraphQL || e.Kind == KindJSONError }

// ErrorsAt returns the errors whose path starts at the given root field or alias.
func (e *Error) ErrorsAt(root string) []FieldError {
	var at []FieldError
	for _, f := range e.Errors {
		if len(f.Path) > 0 && f.Path[0] == root {
			at = append(at, f)
		}
	}
	return at
}

// IsValidation reports whether the server rejected the document itself: a field,
// an argument or a type is unknown, or a value has the wrong type. The server is
// then older or newer than this client, and executed nothing.
func (e *Error) IsValidation() bool {
	if e.Kind != KindGraphQL || len(e.Errors) == 0 || !slices.Contains([]int{200, 400, 422}, e.StatusCode) {
		return false
	}
	found := false
	for _, f := range e.Errors {
		if len(f.Path) > 0 && !f.namesUnknown() {
			return false // a field was executed, so the document is valid
		}
		found = found || f.IsValidation()
	}
	return found
}

// IsValidation reports whether the error is about the document itself.
func (f FieldError) IsValidation() bool {
	return f.namesUnknown() || (f.HasLocations && len(f.Path) == 0)
}

// namesUnknown recognises the messages of the GraphQL reference implementation,
// which most servers share. Some send them with a path.
func (f FieldError) namesUnknown() bool {
	if f.Code == "GRAPHQL_VALIDATION_FAILED" || f.Code == "GRAPHQL_PARSE_FAILED" {
		return true
	}
	return slices.ContainsFunc([]string{
		"Cannot query field", "Unknown argument", "Unknown type", "Unknown directive", "Unknown field",
	}, func(start string) bool { return strings.HasPrefix(f.Message, start) })
}

const maxLine = 300

// oneLine makes foreign text fit into an error message. The rest of a long page
// is not looked at.
func oneLine(text string) string {
	return plaintext.Line(text[:min(len(text), 4*maxLine)], maxLine)
}
