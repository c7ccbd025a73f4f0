package main

import (
	"regexp"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/term"
)

// explainError writes the full text of an error to stderr.
func (a *app) explainError(err error) {
	p := &printer{w: a.stderr, style: term.StyleFor(a.stderr, a.env.get)}
	p.explanation(errors.Explain(err))
}

// heading matches the heading of a paragraph.
var heading = regexp.MustCompile(`^[A-Z][A-Za-z ]{2,40}:(?: |$)`)

// explanation writes the full text of an error, which is laid out already. Colour
// depends on the layout alone: the first line and headings are bold; a command or an
// address at the end, which is indented behind an empty line, is cyan.
func (p *printer) explanation(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		command := i == len(lines)-1 && i > 0 && lines[i-1] == "" && strings.HasPrefix(line, "   ")
		switch {
		case command:
			indent := len(line) - len(strings.TrimLeft(line, " "))
			p.printf("%s%s\n", line[:indent], p.style.Cyan(line[indent:]))
		case strings.HasPrefix(line, " "):
			p.printf("%s\n", line)
		default:
			strong := len(heading.FindString(line))
			if i == 0 {
				strong = len(line)
			}
			p.printf("%s%s\n", p.style.Bold(line[:strong]), line[strong:])
		}
	}
}
