package errors

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// The forms of the error types for programs. In every form, the original error is
// only its text, because errors that it wraps may hold request headers.

// permissionFields is a PermissionError without its methods.
type permissionFields PermissionError

// permissionJSON has the fields of a PermissionError, except that its own replace those of the
// same name.
type permissionJSON struct {
	Kind  string `json:"kind"`
	Error string `json:"error"`
	Cause string `json:"cause"`
	permissionFields
	Candidates []string   `json:"candidates"`
	Time       *time.Time `json:"time"`
	Err        string     `json:"err"`
}

// MarshalJSON writes every field under a stable lower-camel name, with these
// additions and exceptions:
//
//   - "kind" is "permission", "error" the text of Error
//   - "cause" is the cause's code, such as "not_team_member", or
//     "permission_denied" if undetermined; "candidates" are codes too
//   - "code" is the server's own
//   - "viewer" and "time" are null if unknown; lists are never null
//   - "err" is the original error's text
func (e *PermissionError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	c := *e
	show(&c.Op, &c.Entity, &c.Project, &c.Artifact, &c.File, &c.Store, &c.BaseURL, &c.AppURL, &c.Role, &c.KeySource, &c.Message, &c.Code)
	show(&c.Action)
	show(&c.Resource)
	c.RunID, c.RequestID = shownID(e.RunID), shownID(e.RequestID)
	c.Proxy, c.Viewer = e.Proxy.copied(), e.Viewer.copied()
	c.Notes, c.Suggestions, c.Evidence = shownAll(e.Notes), shownAll(e.Suggestions), append([]Probe{}, e.Evidence...)
	for i := range c.Evidence {
		p := &c.Evidence[i]
		show(&p.Name, &p.Question, &p.Result)
		show(&p.Outcome)
	}
	if e.cause() == nil {
		c.Confidence = Undetermined
	}
	out := permissionJSON{
		Kind: "permission", Error: e.Error(), permissionFields: permissionFields(c), Cause: e.causeCode(),
		Candidates: e.candidateCodes(), Err: errorText(e.Err, machineLimit),
	}
	if !e.Time.IsZero() && e.Time.Year() >= 0 && e.Time.Year() < 10_000 { // what RFC 3339 can write
		out.Time = new(e.Time.UTC())
	}
	return json.Marshal(out)
}

// requestFields is a RequestError without its methods.
type requestFields RequestError

// requestJSON has the fields of a RequestError, except that its own replace those of the same
// name.
type requestJSON struct {
	Kind  string `json:"kind"`
	Error string `json:"error"`
	Cause string `json:"cause"`
	requestFields
	Retryable bool `json:"retryable"`
	// RetryAfterSeconds is 0 if the server did not say.
	RetryAfterSeconds float64 `json:"retryAfterSeconds"`
	Err               string  `json:"err"`
}

// MarshalJSON writes every field under a stable lower-camel name, besides "kind"
// ("request"), "error" (the text of Error) and "retryable" ([IsRetryable]).
// "cause" is the cause's code, or "". "err" is the original error's text, or "" if Proxy.Invalid is true.
func (e *RequestError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	c := *e
	show(&c.Op, &c.Entity, &c.Project, &c.Artifact, &c.File, &c.Store, &c.BaseURL, &c.Message, &c.CertSource, &c.Suggestion, &c.Hint)
	c.RunID, c.RequestID, c.Proxy = shownID(e.RunID), shownID(e.RequestID), e.Proxy.copied()
	return json.Marshal(requestJSON{
		Kind: "request", Error: e.Error(), requestFields: requestFields(c), Cause: e.causeCode(),
		Retryable: IsRetryable(e), RetryAfterSeconds: e.RetryAfter.Seconds(), Err: errorText(e.original(), machineLimit),
	})
}

// MarshalJSON writes "kind" ("input"), "error", "cause", "field", "value" (cut as
// in Error), "rule" and "source".
func (e *InputError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	type inputFields InputError // without its methods
	c := *e
	show(&c.Field, &c.Rule, &c.Source)
	c.Value = inline(e.Value, inputLimit)
	return json.Marshal(struct {
		Kind  string `json:"kind"`
		Error string `json:"error"`
		Cause string `json:"cause"`
		inputFields
	}{"input", e.Error(), Code(ErrInvalidInput), inputFields(c)})
}

func (e *PermissionError) causeCode() string {
	return codeOrText(cmp.Or(e.cause(), ErrPermissionDenied))
}

func (e *PermissionError) candidateCodes() []string {
	codes := []string{}
	for _, candidate := range e.Candidates {
		if candidate != nil {
			codes = append(codes, codeOrText(candidate))
		}
	}
	return codes
}

func (e *RequestError) causeCode() string { return codeOrText(e.Cause) }

// codeOrText returns "" for nil.
func codeOrText(cause error) string {
	if s, ok := AsType[*Sentinel](cause); ok && s != nil {
		return s.code
	}
	if cause == nil {
		return ""
	}
	return inline(cause.Error(), messageLimit)
}

// copied is the viewer with printable fields and a list that is never null.
func (v *Viewer) copied() *Viewer {
	if v == nil {
		return nil
	}
	c := *v
	show(&c.Username, &c.DefaultEntity, &c.Email, &c.AccountType)
	show(&c.PersonalEntity)
	c.Teams, c.ID = shownAll(v.Teams), shownID(v.ID)
	return &c
}

// copied is the proxy with printable fields and a list that is never null.
func (p *Proxy) copied() *Proxy {
	if p == nil {
		return nil
	}
	c := *p
	show(&c.Address, &c.Source, &c.Target)
	c.Schemes = shownAll(p.Schemes)
	return &c
}

// shown is text for programs: redacted and printable, but longer than for a person.
func shown(text string) string { return inline(text, machineLimit) }

// shownID is an id. It is not redacted, because ids can look like keys.
func shownID(id string) string { return plaintext.Escape(bounded(id), machineLimit) }

// show makes texts what [shown] returns.
func show[T ~string](texts ...*T) {
	for _, text := range texts {
		*text = T(shown(string(*text)))
	}
}

// shownAll is never nil.
func shownAll(texts []string) []string {
	all := append([]string{}, texts...)
	for i := range all {
		show(&all[i])
	}
	return all
}
