package main

import (
	"fmt"
	"io"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// question is something that W&B does not document, and what a server answered.
type question struct {
	id, text, reply string
	answers         []answer // behind the reply
}

// write writes the question, its reply and the responses. redact removes keys, email
// addresses and the like.
func (q question) write(w io.Writer, redact func(string) string) {
	fmt.Fprintf(w, "%s) %s\n   %s\n", q.id, q.text, redact(q.reply))
	for _, a := range q.answers {
		outcome := a.statusText() + " " + plaintext.Line(redact(a.body), maxRawBody)
		if a.err != nil {
			outcome = redact(a.err.Error())
		}
		fmt.Fprintf(w, "   - %s, as %s: %s\n", redact(a.what), a.as, outcome)
	}
	fmt.Fprintln(w)
}

// maxRawBody is how much of a body is printed, in characters.
const maxRawBody = 1 << 10

// answer is one response of the server, decoded if it is GraphQL.
type answer struct {
	what, as string // what was asked, in words, and with whose key
	status   int    // 0 if there was no response; err then says why
	body     string
	err      error
	data     map[string]any
	errors   int
}

// at returns a value of the data, by its path of names.
func (a answer) at(path ...string) (any, bool) {
	var here any = a.data
	for _, name := range path {
		object, ok := here.(map[string]any)
		if !ok {
			return nil, false
		}
		if here, ok = object[name]; !ok {
			return nil, false
		}
	}
	return here, true
}

// shape describes the value of the field: null, an object, an error.
func (a answer) shape(field string) string {
	value, ok := a.at(field)
	var text string
	switch {
	case a.err != nil:
		return "no response"
	case a.data == nil && a.errors > 0:
		return a.statusText() + " with errors and no data"
	case !ok:
		return a.statusText() + " without the field"
	case value == nil:
		text = "null"
	default:
		text = "an object"
	}
	if a.errors > 0 {
		return fmt.Sprintf("%s with %d error(s) (%s)", text, a.errors, a.statusText())
	}
	return text
}

// upsertShape describes the result of an upsert.
func (a answer) upsertShape() string {
	id, created := a.at("upsertBucket", "bucket", "name")
	switch {
	case a.err != nil:
		return "no response"
	case created && id != nil:
		return fmt.Sprintf("%s, allowed: the run %v was created; delete it in the web UI", a.statusText(), id)
	}
	return a.statusText() + ", refused"
}

// statusText is the HTTP status in words.
func (a answer) statusText() string {
	if a.err != nil {
		return "no response"
	}
	return fmt.Sprintf("HTTP %d", a.status)
}
