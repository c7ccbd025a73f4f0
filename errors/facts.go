package errors

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// fact is one labelled line about the request. It is not written if the text is empty.
type fact struct{ label, text string }

// writeFacts writes labelled lines, their texts aligned.
func writeFacts(b *strings.Builder, facts []fact) {
	facts = slices.DeleteFunc(facts, func(f fact) bool { return f.text == "" })
	if len(facts) == 0 {
		return
	}
	width := 0
	for _, f := range facts {
		width = max(width, len(f.label))
	}
	for _, f := range facts {
		label := "  " + f.label + ":" + strings.Repeat(" ", width-len(f.label)+1)
		writeWrapped(b, label, strings.Repeat(" ", width+4), f.text)
	}
	b.WriteByte('\n')
}

// facts are those of the request.
func (t *target) facts() []fact {
	entity, project := bare(t.entity), bare(t.project)
	if t.entityDefaulted && entity != "" {
		entity += " (the account's default; none was given)"
	}
	if t.projectDefaulted && project != "" {
		project += " (the default; the settings name none)"
	}
	facts := []fact{
		{"Entity", entity},
		{"Project", project},
		{"Run", plaintext.Escape(bounded(t.runID), nameLimit)},
		{"Artifact", t.artifactText()},
		{"Server", inline(t.baseURL, messageLimit)},
		{"Store", inline(t.store, nameLimit)},
		{"File", bare(t.file)},
	}
	if t.proxy != nil {
		facts = append(facts, t.proxy.fact())
	}
	return facts
}

// responseFacts are those of the response, or of the error if there was none.
func responseFacts(status int, message, code, requestID string, err error) []fact {
	response, text := responseAndError(status, message, err)
	var ids []string
	if code := inline(code, nameLimit); code != "" && !strings.Contains(response, code) {
		ids = append(ids, "code "+code)
	}
	if id := plaintext.Escape(bounded(requestID), nameLimit); id != "" && !strings.Contains(response, id) {
		ids = append(ids, "request id "+id)
	}
	if response != "" && len(ids) > 0 {
		response += " (" + strings.Join(ids, ", ") + ")"
	}
	return []fact{{"Response", response}, {"Error", text}}
}

// responseAndError describes a response and the original error, which is used only if
// the server sent no message. An error that repeats the status after the
// operation, as in "UpsertBucket: HTTP 503 with a web page", replaces the response.
func responseAndError(status int, message string, err error) (response, text string) {
	response = responseLine(status, message)
	if strings.TrimSpace(message) != "" {
		return response, ""
	}
	text = errorText(err, messageLimit)
	if _, rest, ok := strings.Cut(text, ": "); ok && response != "" && strings.HasPrefix(rest, response) {
		return rest, ""
	}
	return response, text
}

// responseLine is the status and the message of a response, "" if there was none.
func responseLine(status int, message string) string {
	message = inline(message, messageLimit)
	if status == 0 {
		return message
	}
	code := strconv.Itoa(status)
	message = strings.TrimPrefix(message, code+" ") // as in "403 Forbidden"
	return strings.TrimSpace("HTTP " + code + " " + message)
}
