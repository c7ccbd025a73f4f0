package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/term"
)

// pageWidth is where lines for a person end.
const pageWidth = 100

// printer writes text for a person and remembers the first failure to.
type printer struct {
	w     io.Writer
	style term.Style
	// clean, if set, takes out what must not be shown: servers echo things.
	clean func(string) string
	err   error
}

// printf writes formatted text, unless writing has failed before.
func (p *printer) printf(format string, args ...any) {
	if p.err != nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	if p.clean != nil {
		text = p.clean(text)
	}
	_, p.err = io.WriteString(p.w, text)
}

// wrap breaks text into lines of at most width characters, at blanks.
func wrap(text string, width int) []string {
	var lines []string
	line, length := "", 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if line != "" && length+1+n > width {
			lines, line, length = append(lines, line), "", 0
		}
		if line != "" {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+n
	}
	return append(lines, line)
}
