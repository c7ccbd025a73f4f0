package history

import (
	stderrors "errors"
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Reasons why a key was left out of a row. Match them with errors.Is.
var (
	// ErrUnsupported: the value is of a kind that has no JSON form.
	ErrUnsupported = stderrors.New("kind of value cannot be logged")
	// ErrCyclic: the value contains itself.
	ErrCyclic = stderrors.New("value contains itself")
	// ErrTooDeep: the value nests deeper than [MaxDepth].
	ErrTooDeep = stderrors.New("value is nested too deeply")
	// ErrTooLong: the row would pass the limit with this key in it.
	ErrTooLong = stderrors.New("row would be too long")
	// ErrReserved: the client writes this key itself.
	ErrReserved = stderrors.New("key is reserved")
	// ErrEmptyKey: the key has no characters.
	ErrEmptyKey = stderrors.New("key is empty")
	// ErrInvalidNumber: a json.Number does not hold a number.
	ErrInvalidNumber = stderrors.New("not a JSON number")
	// ErrMarshaler: the value's own marshalling method failed.
	ErrMarshaler = stderrors.New("marshalling method failed")
)

// KeyError says why one key was left out of a row. It matches its reason, one
// of the Err… values of this package, and gives an [errors.InputError] to
// errors.As.
type KeyError struct {
	// Key is the path of the key, nested parts joined with a dot.
	Key string
	// Err is the reason.
	Err error
}

// Error names the key and the reason in one line.
func (e *KeyError) Error() string { return fmt.Sprintf("key %q left out: %v", e.Key, e.Err) }

// Unwrap gives the reason and the form that callers of the client match.
func (e *KeyError) Unwrap() []error {
	return []error{e.Err, &errors.InputError{Field: fmt.Sprintf("metric %q", e.Key), Rule: "cannot be logged: " + e.Err.Error()}}
}

// RowError lists the keys that were left out of a row.
type RowError struct {
	// Keys has at least one entry, in the order of the row.
	Keys []*KeyError
}

// maxListed bounds the keys that Error spells out; a row may have thousands.
const maxListed = 5

// Error lists the first few keys.
func (e *RowError) Error() string {
	var b strings.Builder
	for i, k := range e.Keys {
		if i == maxListed {
			fmt.Fprintf(&b, "; and %d more", len(e.Keys)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(k.Error())
	}
	return b.String()
}

// Unwrap gives the errors of the single keys.
func (e *RowError) Unwrap() []error {
	out := make([]error, len(e.Keys))
	for i, k := range e.Keys {
		out[i] = k
	}
	return out
}

// rowError returns the error for the keys that were left out, nil if there are none.
func rowError(bad []*KeyError) error {
	if len(bad) == 0 {
		return nil
	}
	return &RowError{Keys: bad}
}
