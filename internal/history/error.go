package history

import (
	"cmp"
	stderrors "errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Reasons why a key was omitted from a row. Match them with errors.Is.
var (
	// ErrUnsupported: the type of the value has no JSON form.
	ErrUnsupported = stderrors.New("the type cannot be logged")
	// ErrCyclic: the value contains itself.
	ErrCyclic = stderrors.New("the value contains itself")
	// ErrTooDeep: the value nests deeper than [MaxDepth].
	ErrTooDeep = stderrors.New("the value is nested too deeply")
	// ErrTooLong: with this key the row would exceed the limit.
	ErrTooLong = stderrors.New("the row would be too long")
	// ErrReserved: the client writes this key itself.
	ErrReserved = stderrors.New("the key is reserved")
	// ErrEmptyKey: the key has no characters.
	ErrEmptyKey = stderrors.New("the key is empty")
	// ErrInvalidNumber: a json.Number does not hold a number.
	ErrInvalidNumber = stderrors.New("the json.Number is not a number")
	// ErrMarshaler: the value's own marshalling method failed.
	ErrMarshaler = stderrors.New("its marshalling method failed")
)

// unsupportedError is an [ErrUnsupported] that names the type, and what to use instead.
type unsupportedError struct{ typ, instead string }

func (e *unsupportedError) Error() string {
	text := "a " + e.typ + " cannot be logged"
	if strings.ContainsRune("aeiou", rune(e.typ[0])) {
		text = "an " + e.typ + " cannot be logged"
	}
	if e.instead != "" {
		text += "; use " + e.instead
	}
	return text
}

// What to use for values that have no JSON form.
const (
	useImage   = "media.Image"
	usePointer = "the pointer that the function of package media returns"
	useFile    = "media.ImageFile or another function of package media, or SaveFile; a string for text"
)

func (*unsupportedError) Unwrap() error { return ErrUnsupported }

// KeyError says why one key was omitted from a row. It matches one of the Err… values of
// this package, and it is an [errors.InputError] to errors.As.
type KeyError struct {
	// Key is the path of the key, nested parts joined with a dot.
	Key string
	// Err is the reason.
	Err error
	// Part is the part of the run that has the key; default: metric.
	Part string
}

// Error names the key and the reason in one line.
func (e *KeyError) Error() string { return fmt.Sprintf("key %q left out: %v", e.Key, e.Err) }

// Unwrap returns the error that callers of the client match, and the reason.
func (e *KeyError) Unwrap() []error { return []error{e.input(), e.Err} }

func (e *KeyError) input() *errors.InputError {
	return &errors.InputError{Field: fmt.Sprintf("%s %q", cmp.Or(e.Part, "metric"), e.Key), Rule: e.Err.Error()}
}

// Explain returns the text for a person. The reason may be an [errors.InputError] as well,
// and is not explained again. If a file could not be read or written, the code is right.
func (e *KeyError) Explain() string {
	text := e.input().Explain()
	if _, ok := errors.AsType[*fs.PathError](e.Err); ok {
		about, _, _ := strings.Cut(text, "\n\n")
		return about + "\n\nWhat to do:\n  Check that the file can be read and that the disk has room."
	}
	return text
}

// RowError lists the keys that were omitted from a row.
type RowError struct {
	// Keys has at least one entry.
	Keys []*KeyError
}

// maxListed is how many keys Error lists; a row may have thousands.
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

// Unwrap returns the errors of the keys.
func (e *RowError) Unwrap() []error {
	out := make([]error, len(e.Keys))
	for i, k := range e.Keys {
		out[i] = k
	}
	return out
}

// rowError returns the error for the keys that were omitted, or nil if no key was.
func rowError(bad []*KeyError) error {
	if len(bad) == 0 {
		return nil
	}
	return &RowError{Keys: bad}
}
