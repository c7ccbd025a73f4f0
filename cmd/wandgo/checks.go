package main

import (
	"strings"

	"github.com/wandgo/wandgo/internal/doctor"
	"github.com/wandgo/wandgo/internal/term"
)

// check prints a check in one line, or in several with a hanging indent.
func (p *printer) check(c doctor.Check) {
	const nameWidth = len(doctor.CheckOtherKeys)
	lead := "  " + term.Pad(statusWord(c.Status), 5) + term.Pad(c.Name, nameWidth) + "  "
	indent := strings.Repeat(" ", len(lead))
	if p.style.On() {
		lead = "  " + p.statusMark(c.Status) + " " + p.style.Bold(term.Pad(c.Name, nameWidth)) + "  "
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

// statusWord is the status in text without color.
func statusWord(s doctor.Status) string {
	switch s {
	case doctor.StatusFail:
		return "FAIL"
	case doctor.StatusUnsure:
		return "?"
	case doctor.StatusSkipped:
		return "-"
	}
	return string(s)
}

// statusMark is the status in color.
func (p *printer) statusMark(s doctor.Status) string {
	switch s {
	case doctor.StatusOK:
		return p.style.Green("✓")
	case doctor.StatusFail:
		return p.style.Red("✗")
	case doctor.StatusUnsure:
		return p.style.Yellow("?")
	case doctor.StatusNote:
		return p.style.Yellow("!")
	}
	return p.style.Dim("·")
}
