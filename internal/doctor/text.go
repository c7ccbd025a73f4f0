package doctor

import "github.com/wandgo/wandgo/internal/plaintext"

// Quote quotes a name from the server for a terminal.
func Quote(name string) string { return plaintext.Quote(name, plaintext.NoLimit) }

// printable makes a text from the server safe for a terminal line.
func printable(text string) string { return plaintext.Line(text, plaintext.NoLimit) }
