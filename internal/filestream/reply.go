package filestream

import (
	"bytes"
	"encoding/json"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// maxBody bounds how much of an answer an error keeps.
const maxBody = 300

// answer is what the stream reads from a reply.
type answer struct {
	stopped bool
	refused *RefusedError
}

// parseReply reads a reply. A body that cannot be understood says nothing and is
// no error: what counts is the status, and the server has changed this answer
// over the years.
func parseReply(r *Reply) answer {
	if r == nil {
		return answer{}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(r.Body, &fields) != nil {
		return answer{}
	}
	var a answer
	a.stopped = string(fields["stopped"]) == "true" // only a real true counts
	if msg, ok := errorMessage(fields["error"]); ok {
		a.refused = &RefusedError{StatusCode: r.StatusCode, Message: msg, Body: cut(bytes.TrimSpace(r.Body), maxBody)}
	}
	return a
}

// Refused reads an error out of a reply whose status said yes; nil if there is
// none.
func (r *Reply) Refused() *RefusedError { return parseReply(r).refused }

// errorMessage reads an error field, which is text or an object with a message.
// Values that say that there is no error are not one.
func errorMessage(raw json.RawMessage) (string, bool) {
	switch s := string(raw); s {
	case "", "null", "false", `""`, "{}", "[]":
		return "", false
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var object struct {
			Message string `json:"message"`
		}
		if json.Unmarshal(raw, &object) == nil && object.Message != "" {
			text = object.Message
		} else {
			text = string(raw)
		}
	}
	return plaintext.Line(text, maxBody), true
}

func cut(b []byte, n int) []byte {
	if len(b) > n {
		b = b[:n]
	}
	return bytes.Clone(b)
}
