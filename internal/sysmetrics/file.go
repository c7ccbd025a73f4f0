package sysmetrics

import (
	"io/fs"
	"strconv"
	"strings"
)

// read returns a small file without its last newline. Any file of proc and of control
// groups may be missing.
func read(from fs.FS, name string) (string, bool) {
	text, err := fs.ReadFile(from, name)
	if err != nil {
		return "", false
	}
	return strings.TrimSuffix(string(text), "\n"), true
}

// readNumber returns the number in a file.
func readNumber(from fs.FS, name string) (uint64, bool) {
	text, ok := read(from, name)
	if !ok {
		return 0, false
	}
	return number(text)
}

func number(text string) (uint64, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	return n, err == nil
}

// field returns the number after a name, in lines of a name and a number.
func field(text, name string) (uint64, bool) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && strings.TrimSuffix(fields[0], ":") == name {
			return number(fields[1])
		}
	}
	return 0, false
}
