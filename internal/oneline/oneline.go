// Package oneline keeps several errors on one line, as they are read in logs.
package oneline

import "strings"

// Error returns err with its text on one line. The errors in it stay reachable.
func Error(err error) error { return flat{err} }

type flat struct{ error }

func (f flat) Error() string { return strings.ReplaceAll(f.error.Error(), "\n", "; ") }

func (f flat) Unwrap() error { return f.error }

// Text is the text of err on one line, "" for nil.
func Text(err error) string {
	if err == nil {
		return ""
	}
	return flat{err}.Error()
}
