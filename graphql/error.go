package graphql

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/transport"
)

// Error is a failed operation: everything the server said about it, in whatever
// form it said it. The texts are scrubbed of the API key. It is not changed
// after it is returned.
type Error struct {
	// Operation is the name of the GraphQL operation, such as "UpsertBucket".
	Operation string
	// StatusCode is the HTTP status of the last response: the final one, or,
	// where Err says that the network failed or the context ended while
	// retrying, the one that was being retried. It is 0 if none ever came.
	StatusCode int
	// Message, Code and Path are those of the first error in the answer that
	// has a message; all empty if the body held none. Code is extensions.code.
	Message, Code string
	Path          []string
	// Messages are all the messages, in the server's order.
	Messages []string
	// Errors are all the errors of the answer, in the server's order.
	Errors []FieldError
	// Kind says what form the body had.
	Kind BodyKind
	// Body is the start of the raw body, at most 4 KiB.
	Body []byte
	// ContentType is the body's media type as the server named it.
	ContentType string
	// Location is where a redirect, which is never followed, would have led,
	// without its query.
	Location string
	// RequestID is the server's id of the response, if it sent one.
	RequestID string
	// RetryAfter is how long the server asked to wait; 0 if it did not.
	RetryAfter time.Duration
	// Attempts is how many HTTP requests were made.
	Attempts int
	// HasData reports that the answer held data beside the errors.
	HasData bool
	// Err is a [*HTTPError] for an HTTP error status, a gqlerror.List for a 200
	// with errors, else what failed: the network, the context, the decoding.
	Err error
}

// FieldError is one entry of an answer's list of errors.
type FieldError struct {
	// Message is the server's text.
	Message string
	// Code is extensions.code, or "".
	Code string
	// Path leads to the refused field, aliases first; nil when the error is
	// about the request as a whole.
	Path []string
	// HasLocations reports that the server pointed into the query's text.
	HasLocations bool
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Error is one line: operation, status, message and code, or why there was no
// answer.
func (e *Error) Error() string {
	name := e.Operation
	if name == "" {
		name = "graphql"
	}
	var b strings.Builder
	switch {
	case !e.Answered():
		if e.Err == nil {
			return name + ": no answer"
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

// Answered reports whether there was a final response. Otherwise the request
// could not be made, or the context ended while it was retried, and Err says
// which.
func (e *Error) Answered() bool {
	if e.Kind == "" {
		return false
	}
	_, failed := errors.AsType[*transport.Error](e.Err)
	return !failed
}

// FromWandB reports whether the body is in a form that W&B's API gives to its
// errors. It is false for what proxies, firewalls, object stores and other
// servers say, and where there was no response.
func (e *Error) FromWandB() bool { return e.Kind == KindGraphQL || e.Kind == KindJSONError }

// ErrorsAt returns the errors whose path starts at the given root field or
// alias: what was refused of it.
func (e *Error) ErrorsAt(root string) []FieldError {
	var at []FieldError
	for _, f := range e.Errors {
		if len(f.Path) > 0 && f.Path[0] == root {
			at = append(at, f)
		}
	}
	return at
}

// IsValidation reports whether the server rejected the document itself: it does
// not know a field, an argument or a type, or a value has the wrong type. The
// server is older or newer than this client then; nothing was executed.
func (e *Error) IsValidation() bool {
	if e.Kind != KindGraphQL || len(e.Errors) == 0 {
		return false
	}
	switch e.StatusCode {
	case 200, 400, 422:
	default:
		return false
	}
	found := false
	for _, f := range e.Errors {
		if len(f.Path) > 0 && !f.namesUnknown() {
			return false // a field answered, so the document was executed
		}
		found = found || f.IsValidation()
	}
	return found
}

// IsValidation reports whether the error is about the document's text rather
// than about what it asks for.
func (f FieldError) IsValidation() bool {
	return f.namesUnknown() || (f.HasLocations && len(f.Path) == 0)
}

// namesUnknown recognises the sentences that GraphQL servers of all kinds have
// in common, because they go back to one reference implementation. Some send
// them with a path.
func (f FieldError) namesUnknown() bool {
	if f.Code == "GRAPHQL_VALIDATION_FAILED" || f.Code == "GRAPHQL_PARSE_FAILED" {
		return true
	}
	for _, start := range []string{
		"Cannot query field", "Unknown argument", "Unknown type", "Unknown directive", "Unknown field",
	} {
		if strings.HasPrefix(f.Message, start) {
			return true
		}
	}
	return false
}

const maxLine = 300

// oneLine makes foreign text fit into an error message. The rest of a long page
// is not looked at.
func oneLine(text string) string {
	return plaintext.Line(text[:min(len(text), 4*maxLine)], maxLine)
}
