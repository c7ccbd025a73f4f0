// Package term knows what a terminal is, how wide text is on it, and how to color
// text.
package term

import (
	"io"
	"os"
	"runtime"
)

// IsTerminal reports whether w is a terminal: an *os.File that is a character device
// other than the null device. golang.org/x/term would add two modules to every program
// that imports client.
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

// Colors reports whether to color text on w: w is a terminal that supports colors,
// and the user did not disable them with NO_COLOR (https://no-color.org). getenv reads
// the environment.
func Colors(w io.Writer, getenv func(string) string) bool {
	return allowed(getenv, runtime.GOOS) && IsTerminal(w)
}

func allowed(getenv func(string) string, goos string) bool {
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	if goos == "windows" {
		// Only these consoles are known to support ANSI codes by default. TERM is
		// usually not set on Windows.
		return getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON" || getenv("TERM") != ""
	}
	return true
}
