package errors

import (
	"strconv"
	"strings"
)

// The parts that the texts for a person are made of.

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

// write writes the steps, numbered if there are several, each followed by its
// command.
func (a advice) write(b *strings.Builder) {
	if len(a.steps) == 0 {
		return
	}
	b.WriteString("What to do:\n")
	mark := "  "
	for i, step := range a.steps {
		if len(a.steps) > 1 {
			mark = "  " + strconv.Itoa(i+1) + ". "
		}
		writeWrapped(b, mark, strings.Repeat(" ", len(mark)), step.Text)
		if step.Command != "" {
			b.WriteString(strings.Repeat(" ", len(mark)+2) + step.Command + "\n")
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
