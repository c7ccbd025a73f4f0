package main

import (
	"fmt"
	"io"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// question is something that W&B does not document, and what a server answered.
type question struct {
	// ID is the letter of the question.
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	// Raw are the responses behind the answer.
	Raw []rawAnswer `json:"raw"`
}

// rawAnswer is one response of the server.
type rawAnswer struct {
	// What was asked, in words, and with whose key.
	What string `json:"what"`
	As   string `json:"as"`
	// Status is 0 if there was no response; Error then says why.
	Status int    `json:"status"`
	Body   string `json:"body"`
	Error  string `json:"error"`
}

// maxRawBody is how much of a body is printed, in characters.
const maxRawBody = 1 << 10

func (r rawAnswer) line() string {
	if r.Error != "" {
		return fmt.Sprintf("%s, as %s: %s", r.What, r.As, r.Error)
	}
	return fmt.Sprintf("%s, as %s: HTTP %d %s", r.What, r.As, r.Status, plaintext.Line(r.Body, maxRawBody))
}

// write writes the question, its answer and the responses.
func (q question) write(w io.Writer) {
	fmt.Fprintf(w, "%s) %s\n   %s\n", q.ID, q.Question, q.Answer)
	for _, r := range q.Raw {
		fmt.Fprintf(w, "   - %s\n", r.line())
	}
	fmt.Fprintln(w)
}

// redacted returns the question without keys, email addresses and the like.
func (q question) redacted(redact func(string) string) question {
	q.Answer = redact(q.Answer)
	raw := make([]rawAnswer, len(q.Raw))
	for i, r := range q.Raw {
		r.Body, r.Error, r.What = redact(r.Body), redact(r.Error), redact(r.What)
		raw[i] = r
	}
	q.Raw = raw
	return q
}
