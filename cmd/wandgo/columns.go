package main

import (
	"io"
	"os"
	"strconv"

	xterm "golang.org/x/term"

	"github.com/wandgo/wandgo/internal/term"
)

// columns is how wide the terminal w is, or the variable COLUMNS if w is not a
// terminal. It is 0 if neither is known.
func columns(w io.Writer, getenv func(string) string) int {
	if file, ok := w.(*os.File); ok && term.IsTerminal(w) {
		if n, _, err := xterm.GetSize(int(file.Fd())); err == nil && n > 0 { //nolint:gosec // descriptors are small
			return n
		}
	}
	n, err := strconv.Atoi(getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// printer makes a printer of stdout. It colors if color is allowed and stdout is a
// terminal.
func (a *app) printer(color bool) *printer { return a.printerOn(a.stdout, color) }

// printerOn is printer for another output.
func (a *app) printerOn(w io.Writer, color bool) *printer {
	return &printer{w: w, style: term.NewStyle(color && term.Colors(w, a.env.get)), width: columns(w, a.env.get)}
}
