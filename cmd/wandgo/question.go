package main

import (
	"fmt"
	"strings"
)

// question is something W&B does not document, and what a server answered.
type question struct {
	// ID is the letter under which the question is known.
	ID       string `json:"id"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
	// Raw are the answers themselves.
	Raw []rawAnswer `json:"raw"`
}

// rawAnswer is one answer of the server.
type rawAnswer struct {
	// What was asked, in words, and with whose key.
	What string `json:"what"`
	As   string `json:"as"`
	// Status is 0 when there was no response; Error then says why.
	Status int    `json:"status"`
	Body   string `json:"body"`
	Error  string `json:"error"`
}

// maxRawBody bounds the bodies that are shown.
const maxRawBody = 1 << 10

func (r rawAnswer) line() string {
	if r.Error != "" {
		return fmt.Sprintf("%s, as %s: %s", r.What, r.As, r.Error)
	}
	return fmt.Sprintf("%s, as %s: HTTP %d %s", r.What, r.As, r.Status, head(printable(r.Body), maxRawBody))
}

// printQuestions prints the questions for a person.
func printQuestions(p *printer, questions []question, redact redactor) {
	if len(questions) == 0 {
		return
	}
	p.printf("\n%s\n", p.style.Bold("Questions to the server, with two keys:"))
	for _, q := range redactQuestions(questions, redact) {
		p.printf("\n")
		for i, line := range wrap(q.Question, pageWidth-5) {
			lead := "     "
			if i == 0 {
				lead = "  " + q.ID + ") "
			}
			p.printf("%s%s\n", lead, line)
		}
		for _, line := range wrap(q.Answer, pageWidth-5) {
			p.printf("     %s\n", p.style.Bold(line))
		}
		for _, r := range q.Raw {
			p.printf("     %s\n", p.style.Dim("- "+r.line()))
		}
	}
}

func (q question) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s) %s\n\n%s\n", q.ID, cell(q.Question), cell(q.Answer))
	for _, r := range q.Raw {
		b.WriteString("\n" + fenced(r.line()))
	}
}

// redactQuestions takes out of the answers what nobody should paste.
func redactQuestions(questions []question, redact redactor) []question {
	clean := make([]question, len(questions))
	for i, q := range questions {
		q.Answer = redact.text(q.Answer)
		raw := make([]rawAnswer, len(q.Raw))
		for j, r := range q.Raw {
			r.Body, r.Error, r.What = redact.text(r.Body), redact.text(r.Error), redact.text(r.What)
			raw[j] = r
		}
		q.Raw = raw
		clean[i] = q
	}
	return clean
}
