package term

import (
	"io"
	"os"
	"strconv"
)

// DefaultColumns is how wide a terminal is taken for that does not say.
const DefaultColumns = 80

// Columns is how wide the terminal w is; elsewhere, and where it does not say, what the
// variable COLUMNS says, and else [DefaultColumns].
func Columns(w io.Writer, getenv func(string) string) int {
	if file, ok := w.(*os.File); ok && IsTerminal(w) {
		if n := columnsOf(file); n > 0 {
			return n
		}
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return DefaultColumns
}
