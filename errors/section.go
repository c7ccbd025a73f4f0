package errors

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The parts that the texts for a person are made of.

// writeFacts writes labelled lines, their texts aligned.
func writeFacts(b *strings.Builder, facts []fact) {
	if len(facts) == 0 {
		return
	}
	width := 0
	for _, f := range facts {
		width = max(width, utf8.RuneCountInString(f.label))
	}
	for _, f := range facts {
		label := "  " + f.label + ":" + strings.Repeat(" ", width-utf8.RuneCountInString(f.label)+1)
		writeWrapped(b, label, strings.Repeat(" ", width+4), f.text)
	}
	b.WriteByte('\n')
}

// writeLines writes a list under a title; it writes nothing for an empty list.
func writeLines(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	b.WriteString(title + "\n")
	for _, line := range lines {
		writeWrapped(b, "  - ", "    ", line)
	}
	b.WriteByte('\n')
}

// writeBullets is writeLines for texts that came from elsewhere.
func writeBullets(b *strings.Builder, title string, texts []string) {
	lines := make([]string, 0, len(texts))
	for _, text := range texts {
		if line := inline(text, resultLimit); line != "" {
			lines = append(lines, sentence(line))
		}
	}
	writeLines(b, title, lines)
}

// write writes the steps, numbered if there are several, each followed by its
// command.
func (a *advice) write(b *strings.Builder) {
	if len(a.steps) == 0 {
		return
	}
	b.WriteString("What to do:\n")
	mark := "  "
	for i, step := range a.steps {
		if len(a.steps) > 1 {
			mark = "  " + strconv.Itoa(i+1) + ". "
		}
		writeWrapped(b, mark, strings.Repeat(" ", len(mark)), step.text)
		if step.command != "" {
			b.WriteString(strings.Repeat(" ", len(mark)+2) + step.command + "\n")
		}
	}
	b.WriteByte('\n')
}

// errorText is an error's own text on one line. Nothing else of it is shown,
// because errors that it wraps may hold request headers.
func errorText(err error, limit int) string {
	if err == nil {
		return ""
	}
	// errors.Join puts each error on a line of its own.
	return inline(strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; "), limit)
}
