package filestream

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// maxBody is how much of a response an error keeps.
const maxBody = 300

// answer is what the stream reads from a reply.
type answer struct {
	stopped bool
	refused *RefusedError
	warning string // "" if there is none
}

// parseReply reads a reply. A body that is not understood is ignored: the status decides,
// and the server has changed this response over the years.
func parseReply(r *Reply) answer {
	if r == nil {
		return answer{}
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(r.Body, &fields) != nil {
		return answer{}
	}
	var a answer
	a.stopped = string(fields["stopped"]) == "true" // only the JSON value true counts
	a.warning = metricWarning(fields["metric_limit"])
	if msg, ok := errorMessage(fields["error"]); ok {
		a.refused = &RefusedError{StatusCode: r.StatusCode, Message: msg, Body: cut(bytes.TrimSpace(r.Body))}
	}
	return a
}

// Refused returns the error in a reply with a 2xx status, or nil.
func (r *Reply) Refused() *RefusedError { return parseReply(r).refused }

// errorMessage reads an error field, which is a text or an object with a message. Values
// such as null and false are not errors.
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

// metricWarning returns the server's warning that a run is close to the limit of different
// metrics, or "". It is a flag or a text; the count and the limit may be
// beside it or in it.
func metricWarning(raw json.RawMessage) string {
	var limit struct {
		Warning json.RawMessage `json:"warning"`
	}
	if json.Unmarshal(raw, &limit) != nil {
		return ""
	}
	text, ok := errorMessage(limit.Warning)
	if !ok {
		return ""
	}
	if text != "true" && text[0] != '{' {
		return "the server says about the run's metrics: " + text
	}
	const near = "the run comes close to the server's limit of different metrics"
	for _, from := range []json.RawMessage{raw, limit.Warning} {
		var numbers map[string]any
		_ = json.Unmarshal(from, &numbers) // a flag has none
		count, known := firstNumber(numbers, "count", "current", "metrics")
		most, limited := firstNumber(numbers, "limit", "cap", "max")
		if known && limited {
			return fmt.Sprintf("%s: it has %.0f of %.0f", near, count, most)
		}
	}
	return near
}

func firstNumber(fields map[string]any, names ...string) (float64, bool) {
	for _, name := range names {
		if n, ok := fields[name].(float64); ok {
			return n, true
		}
	}
	return 0, false
}

func cut(b []byte) []byte { return bytes.Clone(b[:min(len(b), maxBody)]) }
