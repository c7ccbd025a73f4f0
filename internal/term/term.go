// Package term decides whether a program may colour what it writes, and colours
// it.
package term

import (
	"io"
	"os"
	"runtime"
)

// IsTerminal reports whether w is a terminal that a person looks at: a
// character device other than the null device. Anything that is no *os.File,
// such as a buffer, is none.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || file == nil {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// Colours reports whether colour on w is wanted: w is a terminal that knows
// colours, and the user did not turn them off with NO_COLOR (https://no-color.org).
// getenv reads the environment.
func Colours(w io.Writer, getenv func(string) string) bool {
	return allowed(getenv, runtime.GOOS) && IsTerminal(w)
}

func allowed(getenv func(string) string, goos string) bool {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	if goos == "windows" {
		// Only these consoles are sure to understand ANSI codes without being
		// told to; elsewhere TERM unset means little, here it is the rule.
		return getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON" || getenv("TERM") != ""
	}
	return true
}
