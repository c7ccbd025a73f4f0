// Command keyscan looks for the test suite's API keys in what the suite
// printed. It reads standard input and exits with 1 when it finds one:
//
//	go test -v ./... | keyscan
//
// A test's key is recognised by the word notakey in it, or deadbeef where it has to be
// hexadecimal. Every fake key of this repository has one of them, so that this search is complete
// and no one mistakes the key for a real one.
package main

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const (
	marker    = "notakey"
	hexMarker = "deadbeef"
	// minLeak is the length from which a word with a marker is a leak. Real
	// keys have 40 characters and more; half of one is too much already, while
	// the last four are meant to be shown.
	minLeak = 24
)

var (
	keyLike    = regexp.MustCompile(`[A-Za-z0-9_-]*(?:` + marker + `|` + hexMarker + `)[A-Za-z0-9_-]*`)
	base64Like = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}`)
)

func main() {
	found, err := scan(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || found > 0 {
		os.Exit(1)
	}
}

// scan reports to out each line of in that holds a key, without the key, and
// returns how many there are.
func scan(in io.Reader, out io.Writer) (found int, err error) {
	lines := bufio.NewReader(in)
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if hidden := hide(line); hidden != line {
			found++
			if _, err := fmt.Fprintf(out, "line %d prints a key: %s\n", number, strings.TrimSpace(hidden)); err != nil {
				return found, fmt.Errorf("report a key: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return found, fmt.Errorf("read the suite's output: %w", err)
		}
	}
}

// hide replaces every key in the line, plain or in base64, as the Basic
// credential made of it is.
func hide(line string) string {
	line = keyLike.ReplaceAllStringFunc(line, func(word string) string {
		if len(word) < minLeak {
			return word
		}
		return "<key>"
	})
	return base64Like.ReplaceAllStringFunc(line, func(word string) string {
		if encodesKey(word) {
			return "<key in base64>"
		}
		return word
	})
}

// encodesKey reports whether the word holds base64 of a key, wherever it
// starts: a prefix may stick to it.
func encodesKey(word string) bool {
	word = strings.NewReplacer("-", "+", "_", "/").Replace(word)
	for offset := range 4 {
		text := word[min(offset, len(word)):]
		decoded, err := base64.RawStdEncoding.DecodeString(text[:len(text)-len(text)%4])
		if err != nil {
			continue
		}
		for _, key := range keyLike.FindAll(decoded, -1) {
			if len(key) >= minLeak {
				return true
			}
		}
	}
	return false
}
