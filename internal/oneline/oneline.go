// Package oneline keeps several errors on one line, as they are read in logs.
package oneline

import (
	"slices"
	"strings"
)

// Error returns err with its text on one line. The errors in it stay reachable.
func Error(err error) error { return flat{err} }

type flat struct{ error }

func (f flat) Error() string {
	text := f.error.Error()
	if !strings.Contains(text, "\n") {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if !slices.Contains(lines, line) { // the same cause once
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

func (f flat) Unwrap() error { return f.error }

// Text is the text of err on one line, "" for nil.
func Text(err error) string {
	if err == nil {
		return ""
	}
	return flat{err}.Error()
}
