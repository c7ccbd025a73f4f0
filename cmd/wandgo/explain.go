package main

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/term"
)

// explainError writes the full text of an error to stderr.
func (a *app) explainError(err error) {
	p := a.printerOn(a.stderr, true)
	text := errors.Explain(withFlag(err))
	// An error without an explanation is one line, whatever its length.
	if line, rest, _ := strings.Cut(text, "\n"); term.IsTerminal(a.stderr) && utf8.RuneCountInString(line) > p.columns() {
		text = strings.Join(wrap(line, p.columns()-2), "\n  ") + "\n" + rest
	}
	p.explanation(text)
}

// heading matches the heading of a paragraph.
var heading = regexp.MustCompile(`^[A-Z][A-Za-z ]{2,40}(?: \([^)]*\))?:(?: |$)`)

// underStep matches a command or an address under its step.
var underStep = regexp.MustCompile(`^ {7}\S`)

// explanation writes the full text of an error, which is laid out already. Color
// depends on the layout alone: the first paragraph and headings are bold; commands and
// addresses, which are indented under their step or alone at the end, are cyan.
func (p *printer) explanation(text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	first := true // the line belongs to the first paragraph
	for i, line := range lines {
		first = first && line != ""
		last := i == len(lines)-1 && i > 0 && lines[i-1] == "" && strings.HasPrefix(line, "   ")
		switch {
		case first:
			p.printf("%s\n", p.style.Bold(line))
		case last || underStep.MatchString(line):
			text := strings.TrimLeft(line, " ")
			p.printf("%s%s\n", line[:len(line)-len(text)], p.style.Cyan(text))
		default:
			strong := len(heading.FindString(line))
			p.printf("%s%s\n", p.style.Bold(line[:strong]), line[strong:])
		}
	}
}

// headline is the first sentence of the explanation of a refusal or a failed request,
// without the name of what failed. Other errors are returned as they are.
func headline(err error) string {
	_, refused := errors.AsType[*errors.PermissionError](err)
	_, failed := errors.AsType[*errors.RequestError](err)
	if !refused && !failed {
		return err.Error()
	}
	text, _, _ := strings.Cut(errors.Explain(err), "\n\n")
	if _, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(text, "Cannot ") {
		text = rest
	}
	return strings.TrimSuffix(printable(text), ".")
}
