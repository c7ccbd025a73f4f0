package errors

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The parts of which the texts for a person are made.

// writeFacts writes labelled lines with their texts in one column.
func writeFacts(b *strings.Builder, facts []fact) {
	width := 0
	for _, f := range facts {
		width = max(width, utf8.RuneCountInString(f.label))
	}
	for _, f := range facts {
		label := "  " + f.label + ":" + strings.Repeat(" ", width-utf8.RuneCountInString(f.label)+1)
		writeWrapped(b, label, strings.Repeat(" ", width+4), f.text)
	}
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

// write writes the steps, numbered if there are several, and what they end with.
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
		writeWrapped(b, mark, strings.Repeat(" ", len(mark)), step)
	}
	if a.end != "" {
		b.WriteString("\n" + strings.Repeat(" ", len(mark)+2) + a.end + "\n")
	}
}

// errorText is an error's own text on one line; nothing else of it is shown,
// for what hangs below it may hold request headers.
func errorText(err error, limit int) string {
	if err == nil {
		return ""
	}
	// Joined errors come one a line.
	return inline(strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; "), limit)
}
