package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Error says that there was no final response: the network failed, or the context
// ended. It holds the response to an earlier attempt, if there was one, because
// that is the reason for the retries.
type Error struct {
	// Op is the request's operation name.
	Op string
	// Last is the last response, nil if there was none.
	Last *Response
	// LastErr is why the last attempt that finished before the context ended had no
	// response, nil if it had one.
	LastErr error
	// Attempts is how many HTTP requests were started.
	Attempts int
	// Elapsed is the time since the call started, with all attempts and pauses.
	Elapsed time.Duration
	// Err is the context's error if the context ended, else the last attempt's.
	Err error
}

// Error is one line: what failed, why, and the last status retried.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString("no response")
	}
	switch {
	case e.Last != nil:
		fmt.Fprintf(&b, " (after %d attempts, the last response was HTTP %d)", e.Attempts, e.Last.StatusCode)
	case e.LastErr != nil && brokenOff(e.Err) && !strings.Contains(b.String(), e.LastErr.Error()):
		fmt.Fprintf(&b, " (after %d attempts, the last failed: %s)", e.Attempts, e.LastErr.Error())
	case e.Attempts > 1:
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// brokenOff reports whether an error says only that a context ended.
func brokenOff(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// is reports whether there is an E in the chain of an error.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
