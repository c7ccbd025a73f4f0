package errors

// Remedy is one step that solves a problem. Both texts are printable and have no
// credentials.
type Remedy struct {
	// Text is what to do, in a sentence or two.
	Text string `json:"text"`
	// Command is what to type, or the address to open; may be "".
	Command string `json:"command"`
}

// Remedies returns the steps under "What to do" in the text of Explain, in their order.
func (e *PermissionError) Remedies() []Remedy {
	if e == nil {
		return nil
	}
	a := e.advice()
	return a.remedies()
}

// Remedies returns the steps under "What to do" in the text of Explain, in their order.
func (e *RequestError) Remedies() []Remedy {
	if e == nil {
		return nil
	}
	_, a := e.advice()
	return a.remedies()
}

func (a *advice) remedies() []Remedy {
	all := make([]Remedy, 0, len(a.steps))
	for _, s := range a.steps {
		all = append(all, Remedy{Text: s.text, Command: s.command})
	}
	return all
}
