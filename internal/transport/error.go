package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Error says that no response could be had: the network failed, or the context
// ended first. Where an earlier attempt was answered, it holds that answer,
// because it is the reason for the retries that used up the time.
type Error struct {
	// Op is the request's operation name.
	Op string
	// LastStatus and LastBody are the last response received, 0 and nil if none
	// ever came.
	LastStatus int
	LastBody   []byte
	// Last is that response whole, or nil.
	Last *Response
	// LastErr is why the last attempt that the context left to itself had no
	// answer, nil if it had one.
	LastErr error
	// Attempts is how many HTTP requests were started.
	Attempts int
	// Err is the context's error if the context ended, else the last attempt's.
	Err error
}

// Error is one line: what failed, why, and the last status retried.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString("no response")
	}
	switch {
	case e.LastStatus != 0:
		fmt.Fprintf(&b, " (after %d attempts, the last answer was HTTP %d)", e.Attempts, e.LastStatus)
	case e.LastErr != nil && brokenOff(e.Err) && !strings.Contains(b.String(), e.LastErr.Error()):
		fmt.Fprintf(&b, " (the last of %d attempts to be over failed: %s)", e.Attempts, e.LastErr.Error())
	case e.Attempts > 1:
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// brokenOff reports whether an error tells only that nobody waited any longer.
func brokenOff(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
