// Package sentinel returns the Go names of the sentinels in package errors.
package sentinel

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Name returns the Go name of a sentinel: "ErrNotTeamMember".
func Name(s *errors.Sentinel) string {
	var b strings.Builder
	b.WriteString("Err")
	for word := range strings.SplitSeq(s.Code(), "_") {
		switch word {
		case "api", "url":
			b.WriteString(strings.ToUpper(word))
		default:
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// Matching returns the names of all sentinels that err matches, the most specific
// first.
func Matching(err error) []string {
	var names []string
	code := errors.Code(err)
	for _, s := range errors.Sentinels() {
		if !errors.Is(err, s) {
			continue
		}
		if s.Code() == code {
			names = append([]string{Name(s)}, names...)
		} else {
			names = append(names, Name(s))
		}
	}
	return names
}
