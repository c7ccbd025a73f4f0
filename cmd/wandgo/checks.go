package main

import (
	"strings"

	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/term"
)

// check prints a check in one line, or in several with a hanging indent.
func (p *printer) check(c doctor.Check) {
	const nameWidth = len(doctor.CheckOtherKeys)
	s := statuses[c.Status]
	lead := "  " + term.Pad(s.word, 5) + term.Pad(c.Name, nameWidth) + "  "
	indent := strings.Repeat(" ", len(lead))
	if p.style.On() {
		lead = "  " + s.color(p.style, s.mark) + " " + p.style.Bold(term.Pad(c.Name, nameWidth)) + "  "
		indent = strings.Repeat(" ", len("  x ")+nameWidth+2)
	}
	p.hanging(lead, indent, c.Text)
	for _, detail := range c.Details {
		for i, line := range wrap(detail, p.columns()-len(indent)-2) {
			bullet := "  "
			if i == 0 {
				bullet = "- "
			}
			p.printf("%s%s\n", indent, p.style.Dim(bullet+line))
		}
	}
}

// statuses are how a check is shown: as a word, or in color as a mark.
var statuses = map[doctor.Status]struct {
	word, mark string
	color      func(term.Style, string) string
}{
	doctor.StatusOK:      {"ok", "✓", term.Style.Green},
	doctor.StatusFail:    {"FAIL", "✗", term.Style.Red},
	doctor.StatusUnsure:  {"?", "?", term.Style.Yellow},
	doctor.StatusNote:    {"note", "!", term.Style.Yellow},
	doctor.StatusSkipped: {"-", "·", term.Style.Dim},
}
