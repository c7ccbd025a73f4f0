package main

import (
	"io"
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/term"
)

// explainTo writes the full text of an error for a person.
func (a *app) explainTo(w io.Writer, err error) {
	p := &printer{w: w, style: term.StyleFor(w, a.env.get)}
	p.explanation(errors.Explain(err))
}

// labelForm is the heading of a paragraph.
var labelForm = regexp.MustCompile(`^[A-Z][A-Za-z ]{2,40}:(?: |$)`)

// explanation writes the full text of an error, with colour by form alone: the
// first line, which says what happened, and headings in bold, and the command
// or address at the end, which stands indented after an empty line, in colour.
func (p *printer) explanation(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		command := i == len(lines)-1 && i > 0 && lines[i-1] == "" && strings.HasPrefix(line, "   ")
		switch {
		case command:
			indent := len(line) - len(strings.TrimLeft(line, " "))
			p.printf("%s%s\n", line[:indent], p.style.Cyan(line[indent:]))
		case strings.HasPrefix(line, " "): // laid out already
			p.printf("%s\n", line)
		default:
			line = strings.Join(wrap(line, pageWidth), "\n")
			strong := len(labelForm.FindString(line))
			if i == 0 {
				strong = len(line)
			}
			p.printf("%s%s\n", p.style.Bold(line[:strong]), line[strong:])
		}
	}
}
