package main

// status is what came of one check.
type status string

// The results of a check.
const (
	statusOK   status = "ok"
	statusFail status = "fail"
	// statusUnsure: the check has no certain answer.
	statusUnsure status = "unsure"
	// statusNote: nothing is wrong, but it is worth knowing.
	statusNote status = "note"
	// statusSkipped: it could not be looked at, because of what failed before.
	statusSkipped status = "skipped"
)

// The names of the checks, in the order in which they are made.
const (
	checkSettings  = "settings"
	checkKey       = "API key"
	checkIdentity  = "identity"
	checkOtherKeys = "other keys"
	checkServer    = "server"
	checkReachable = "reachable"
	checkAccount   = "account"
	checkEntity    = "entity"
	checkRole      = "role"
	checkProject   = "project"
	checkVerdict   = "verdict"
)

// check is one thing that was looked at.
type check struct {
	Name   string `json:"name"`
	Status status `json:"status"`
	// Text is what was found, in one line.
	Text string `json:"text"`
	// Details are further lines.
	Details []string `json:"details"`
}

// word is the status in text without colour.
func (s status) word() string {
	switch s {
	case statusFail:
		return "FAIL"
	case statusUnsure:
		return "?"
	case statusSkipped:
		return "-"
	}
	return string(s)
}

// mark is the status where there is colour.
func (s status) mark() string {
	switch s {
	case statusOK:
		return "✓"
	case statusFail:
		return "✗"
	case statusUnsure:
		return "?"
	case statusNote:
		return "!"
	}
	return "·"
}

// print writes the check in one line, or in several with a hanging indent.
func (c check) print(p *printer) {
	const nameWidth = len(checkOtherKeys)
	lead := "  " + pad(c.Status.word(), 5) + pad(c.Name, nameWidth) + "  "
	indent := len(lead)
	if p.style.On() {
		lead = "  " + c.Status.colour(p) + " " + p.style.Bold(pad(c.Name, nameWidth)) + "  "
		indent = len("  x ") + nameWidth + 2
	}
	for i, line := range wrap(c.Text, pageWidth-indent) {
		if i > 0 {
			lead = pad("", indent)
		}
		p.printf("%s%s\n", lead, line)
	}
	for _, detail := range c.Details {
		for i, line := range wrap(detail, pageWidth-indent-2) {
			bullet := "  "
			if i == 0 {
				bullet = "- "
			}
			p.printf("%s%s\n", pad("", indent), p.style.Dim(bullet+line))
		}
	}
}

func (s status) colour(p *printer) string {
	switch s {
	case statusOK:
		return p.style.Green(s.mark())
	case statusFail:
		return p.style.Red(s.mark())
	case statusUnsure, statusNote:
		return p.style.Yellow(s.mark())
	}
	return p.style.Dim(s.mark())
}

func pad(text string, width int) string {
	for len(text) < width {
		text += " "
	}
	return text
}
