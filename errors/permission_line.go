package errors

import (
	"strconv"
	"strings"
)

// maxLineCandidates is how many candidate causes fit into one line.
const maxLineCandidates = 4

// Error returns one line: verb, entity/project, who, cause, HTTP status and
// message, and the source of the key. Whatever the fields hold, it is printable, of
// bounded length and without credentials. [PermissionError.Explain] returns the
// full text.
func (e *PermissionError) Error() string {
	if e == nil {
		return ErrPermissionDenied.Error()
	}
	clause := e.clause()
	line := e.target().prefix() + clause
	if facts := e.facts(clause); len(facts) > 0 {
		line += " (" + strings.Join(facts, "; ") + ")"
	}
	return line
}

// target is not copied into its many callers: that would be 20 KB.
//
//go:noinline
func (e *PermissionError) target() *target {
	return &target{
		op: e.Op, entity: e.Entity, project: e.Project, projectDefaulted: e.ProjectDefaulted, runID: e.RunID, artifact: e.Artifact,
		baseURL: e.BaseURL, appURL: e.AppURL, file: e.File, store: e.Store,
	}
}

// cause returns the cause if it is claimed, otherwise nil.
func (e *PermissionError) cause() error {
	if e.Cause == nil || e.Cause == ErrPermissionDenied {
		return nil
	}
	if e.Confidence != Likely && e.Confidence != Certain {
		return nil
	}
	return e.Cause
}

// beforeServer reports whether the server did not refuse, so that the account does not
// matter.
func (e *PermissionError) beforeServer() bool {
	cause := e.cause()
	return cause == ErrStoreRefused || cause == ErrIntermediary && e.Proxy != nil
}

// clause is the reason as part of a sentence.
func (e *PermissionError) clause() string {
	cause := e.cause()
	if cause == nil {
		return e.undeterminedClause()
	}
	probably := ""
	if e.Confidence == Likely {
		probably = "probably "
	}
	if p, ok := e.proseOf(cause); ok {
		return p.clause(e, probably)
	}
	return probably + inline(cause.Error(), messageLimit)
}

// open reports whether nothing was refused: a check found that the server does not show whether
// it would be.
func (e *PermissionError) open() bool {
	return e.cause() == nil && e.Op != "" && e.StatusCode == 0 && e.Message == "" && e.Err == nil
}

func (e *PermissionError) undeterminedClause() string {
	if e.open() {
		clause := "the server does not show whether " + e.who() + " may"
		if may := e.candidatePhrases(maxLineCandidates); len(may) > 0 {
			clause += "; the obstacle may be " + list(may, "or")
		}
		return clause
	}
	clause := "permission denied"
	if e.Viewer != nil && e.Viewer.Username != "" {
		clause += " for " + e.who()
	}
	clause += ", cause undetermined"
	if may := e.candidatePhrases(maxLineCandidates); len(may) > 0 {
		clause += ": may be " + list(may, "or")
	}
	return clause
}

// candidatePhrases names at most limit candidates, each in a few words.
func (e *PermissionError) candidatePhrases(limit int) []string {
	var phrases []string
	for _, candidate := range e.Candidates {
		if candidate == nil {
			continue
		}
		if len(phrases) == limit {
			return append(phrases, "something else")
		}
		phrase := inline(candidate.Error(), messageLimit)
		if p, ok := e.proseOf(candidate); ok {
			phrase = p.phrase(e)
		}
		phrases = append(phrases, phrase)
	}
	return phrases
}

// facts are the parts of the parenthesis that ends the line. They do not repeat the
// clause.
func (e *PermissionError) facts(clause string) []string {
	var facts []string
	if e.Cause == ErrNoAPIKey && e.cause() != nil {
		return nil // no request was sent
	}
	if e.malformedKey() {
		facts = append(facts, "nothing was sent")
	} else if answer := responseLine(e.StatusCode, e.Message); answer != "" {
		facts = append(facts, answer)
	}
	if e.Viewer != nil && e.Viewer.Username != "" && !strings.Contains(clause, quoted(e.Viewer.Username)) {
		facts = append(facts, "asked as "+e.who())
	}
	if e.beforeServer() {
		return facts // the account does not matter there
	}
	if e.EntityDefaulted && e.Entity != "" {
		facts = append(facts, "default entity, none was given")
	}
	if login := e.login(); login != "" {
		facts = append(facts, login)
	}
	return facts
}

// who names the account behind the key in a sentence.
func (e *PermissionError) who() string {
	if e.Viewer == nil || e.Viewer.Username == "" {
		if e.federated() {
			return "the account of this identity token"
		}
		return "the account of this API key"
	}
	return e.accountKind() + " " + quoted(e.Viewer.Username)
}

func (e *PermissionError) accountKind() string {
	if e.Viewer == nil {
		return "account"
	}
	switch e.Viewer.AccountType {
	case "SERVICE", "ORG_SERVICE":
		return "service account"
	case "ANONYMOUS":
		return "anonymous account"
	}
	return "user"
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
