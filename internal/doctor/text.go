package doctor

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// WithoutOptions returns the notes about where a key was searched for that concern a user of
// the command, who has no code in which an option could be set.
func WithoutOptions(notes []string) []string {
	return slices.DeleteFunc(slices.Clone(notes), func(note string) bool { return strings.HasPrefix(note, "Options.") })
}

// Quote quotes a name from the server for a terminal.
func Quote(name string) string { return plaintext.Quote(name, plaintext.NoLimit) }

// printable makes a text from the server safe for a terminal line.
func printable(text string) string { return plaintext.Line(text, plaintext.NoLimit) }
