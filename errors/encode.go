package errors

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// The forms of the error types for programs. In every form, the original error is
// only its text, because errors that it wraps may hold request headers.

type permissionJSON struct {
	Kind             string     `json:"kind"`
	Error            string     `json:"error"`
	Op               string     `json:"op"`
	Action           Action     `json:"action"`
	Resource         Resource   `json:"resource"`
	Entity           string     `json:"entity"`
	EntityDefaulted  bool       `json:"entityDefaulted"`
	Project          string     `json:"project"`
	ProjectDefaulted bool       `json:"projectDefaulted"`
	RunID            string     `json:"runId"`
	Artifact         string     `json:"artifact"`
	File             string     `json:"file"`
	Store            string     `json:"store"`
	Proxy            *Proxy     `json:"proxy"`
	BaseURL          string     `json:"baseUrl"`
	AppURL           string     `json:"appUrl"`
	Viewer           *Viewer    `json:"viewer"`
	Role             string     `json:"role"`
	KeySource        string     `json:"keySource"`
	Cause            string     `json:"cause"`
	Confidence       Confidence `json:"confidence"`
	Candidates       []string   `json:"candidates"`
	Evidence         []Probe    `json:"evidence"`
	Notes            []string   `json:"notes"`
	Suggestions      []string   `json:"suggestions"`
	StatusCode       int        `json:"statusCode"`
	Message          string     `json:"message"`
	Code             string     `json:"code"`
	RequestID        string     `json:"requestId"`
	Time             *time.Time `json:"time"`
	Err              string     `json:"err"`
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
	out := permissionJSON{
		Kind: "permission", Error: e.Error(), Op: shown(e.Op),
		Action: Action(shown(string(e.Action))), Resource: Resource(shown(string(e.Resource))),
		Entity: shown(e.Entity), EntityDefaulted: e.EntityDefaulted, Project: shown(e.Project), ProjectDefaulted: e.ProjectDefaulted, RunID: shownID(e.RunID), Artifact: shown(e.Artifact),
		File: shown(e.File), Store: shown(e.Store), Proxy: e.Proxy.copied(), BaseURL: shown(e.BaseURL), AppURL: shown(e.AppURL), Viewer: e.Viewer.copied(),
		Role: shown(e.Role), KeySource: shown(e.KeySource), Cause: e.causeCode(), Candidates: e.candidateCodes(),
		Evidence: make([]Probe, 0, len(e.Evidence)), Notes: shownAll(e.Notes), Suggestions: shownAll(e.Suggestions),
		StatusCode: e.StatusCode, Message: shown(e.Message), Code: shown(e.Code), RequestID: shownID(e.RequestID),
		Err: errorText(e.Err, machineLimit),
	}
	if e.cause() != nil {
		out.Confidence = e.Confidence
	}
	for _, p := range e.Evidence {
		p.Name, p.Question, p.Result = shown(p.Name), shown(p.Question), shown(p.Result)
		out.Evidence = append(out.Evidence, p)
	}
	if !e.Time.IsZero() && e.Time.Year() >= 0 && e.Time.Year() < 10_000 { // what RFC 3339 can write
		t := e.Time.UTC()
		out.Time = &t
	}
	return json.Marshal(out)
}

// LogValue returns a group of the fields that are set, the evidence as one line
// per question.
func (e *PermissionError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue(ErrPermissionDenied.Error())
	}
	g := attrs{slog.String("error", e.Error()), slog.String("cause", e.causeCode())}
	confidence := Undetermined
	if e.cause() != nil {
		confidence = e.Confidence
	}
	g.text("confidence", confidence.String())
	g.texts("candidates", e.candidateCodes())
	g.text("op", e.Op)
	g.text("action", string(e.Action))
	g.text("resource", string(e.Resource))
	g.text("entity", e.Entity)
	if e.EntityDefaulted {
		g = append(g, slog.Bool("entityDefaulted", true))
	}
	g.text("project", e.Project)
	if e.ProjectDefaulted {
		g = append(g, slog.Bool("projectDefaulted", true))
	}
	g.target(e.RunID, e.Artifact, e.File, e.Store, e.Proxy, e.BaseURL)
	if e.Viewer != nil {
		g.text("username", e.Viewer.Username)
		g.text("accountType", e.Viewer.AccountType)
		g.texts("teams", quotedNames(e.Viewer.Teams, maxTeams))
	}
	g.text("role", e.Role)
	g.text("keySource", e.KeySource)
	g.response(e.StatusCode, e.Message, e.Code, e.RequestID)
	var evidence []string
	for _, p := range e.Evidence {
		evidence = append(evidence, p.line())
	}
	g.texts("evidence", evidence)
	g.texts("notes", shownAll(e.Notes))
	g.texts("suggestions", shownAll(e.Suggestions))
	g.text("err", errorText(e.Err, messageLimit))
	return slog.GroupValue(g...)
}

// Format prints Error for %s and %v, quoted for %q, and Explain for %+v. No verb
// prints the fields of the original error.
func (e *PermissionError) Format(s fmt.State, verb rune) {
	format(s, verb, "PermissionError", e.Error(), e.Explain)
}

func (e *PermissionError) causeCode() string {
	cause := e.cause()
	if cause == nil {
		return Code(ErrPermissionDenied)
	}
	return codeOrText(cause)
}

func (e *PermissionError) candidateCodes() []string {
	codes := make([]string, 0, len(e.Candidates))
	for _, candidate := range e.Candidates {
		if candidate != nil {
			codes = append(codes, codeOrText(candidate))
		}
	}
	return codes
}

func codeOrText(cause error) string {
	if s, ok := AsType[*Sentinel](cause); ok && s != nil {
		return s.code
	}
	return inline(cause.Error(), messageLimit)
}

// copied is the viewer with printable fields and a list that is never null.
func (v *Viewer) copied() *Viewer {
	if v == nil {
		return nil
	}
	c := *v
	c.Username, c.DefaultEntity, c.Teams = shown(v.Username), shown(v.DefaultEntity), shownAll(v.Teams)
	c.Email, c.AccountType, c.ID = shown(v.Email), shown(v.AccountType), shownID(v.ID)
	return &c
}

type requestJSON struct {
	Kind       string `json:"kind"`
	Error      string `json:"error"`
	Op         string `json:"op"`
	Entity     string `json:"entity"`
	Project    string `json:"project"`
	RunID      string `json:"runId"`
	Artifact   string `json:"artifact"`
	File       string `json:"file"`
	Store      string `json:"store"`
	Proxy      *Proxy `json:"proxy"`
	BaseURL    string `json:"baseUrl"`
	Cause      string `json:"cause"`
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
	RequestID  string `json:"requestId"`
	Untrusted  bool   `json:"untrusted"`
	CertSource string `json:"certSource"`
	Suggestion string `json:"suggestion"`
	Hint       string `json:"hint"`
	Retryable  bool   `json:"retryable"`
	// RetryAfterSeconds is 0 if the server did not say.
	RetryAfterSeconds float64 `json:"retryAfterSeconds"`
	Err               string  `json:"err"`
}

// MarshalJSON writes every field under a stable lower-camel name, besides "kind"
// ("request"), "error" (the text of Error) and "retryable" ([IsRetryable]).
// "cause" is the cause's code, or "".
func (e *RequestError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	return json.Marshal(requestJSON{
		Kind: "request", Error: e.Error(), Op: shown(e.Op), Entity: shown(e.Entity), Project: shown(e.Project),
		RunID: shownID(e.RunID), Artifact: shown(e.Artifact), File: shown(e.File), Store: shown(e.Store), Proxy: e.Proxy.copied(), BaseURL: shown(e.BaseURL), Cause: e.causeCode(), StatusCode: e.StatusCode,
		Message: shown(e.Message), RequestID: shownID(e.RequestID), Untrusted: e.Untrusted,
		CertSource: shown(e.CertSource), Suggestion: shown(e.Suggestion), Hint: shown(e.Hint),
		Retryable: IsRetryable(e), RetryAfterSeconds: e.RetryAfter.Seconds(), Err: errorText(e.Err, machineLimit),
	})
}

// LogValue returns a group of the fields that are set.
func (e *RequestError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("request failed")
	}
	g := attrs{slog.String("error", e.Error())}
	g.text("cause", e.causeCode())
	g.text("op", e.Op)
	g.text("entity", e.Entity)
	g.text("project", e.Project)
	g.target(e.RunID, e.Artifact, e.File, e.Store, e.Proxy, e.BaseURL)
	g.response(e.StatusCode, e.Message, "", e.RequestID)
	if e.RetryAfter > 0 {
		g = append(g, slog.Duration("retryAfter", e.RetryAfter))
	}
	if e.Untrusted {
		g = append(g, slog.Bool("untrusted", true))
	}
	g.text("certSource", e.CertSource)
	g.text("suggestion", e.Suggestion)
	g.text("hint", e.Hint)
	g.text("err", errorText(e.Err, messageLimit))
	return slog.GroupValue(g...)
}

// Format prints as [PermissionError.Format] does.
func (e *RequestError) Format(s fmt.State, verb rune) {
	format(s, verb, "RequestError", e.Error(), e.Explain)
}

func (e *RequestError) causeCode() string {
	if e.Cause == nil {
		return ""
	}
	return codeOrText(e.Cause)
}

// MarshalJSON writes "kind" ("input"), "error", "cause", "field", "value" (cut as
// in Error), "rule" and "source".
func (e *InputError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Kind  string `json:"kind"`
		Error string `json:"error"`
		Cause string `json:"cause"`
		Field string `json:"field"`
		Value string `json:"value"`
		Rule  string `json:"rule"`
		// Source is "" if unknown.
		Source string `json:"source"`
	}{
		"input", e.Error(), Code(ErrInvalidInput), shown(e.Field), plaintext.Escape(secret.Redact(bounded(e.Value)), inputLimit),
		shown(e.Rule), shown(e.Source),
	})
}

// LogValue returns a group of the fields that are set.
func (e *InputError) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue(ErrInvalidInput.Error())
	}
	g := attrs{slog.String("error", e.Error()), slog.String("cause", Code(ErrInvalidInput))}
	g.text("field", e.Field)
	g.text("value", inline(e.Value, inputLimit))
	g.text("rule", e.Rule)
	g.text("source", e.Source)
	return slog.GroupValue(g...)
}

// Format prints as [PermissionError.Format] does.
func (e *InputError) Format(s fmt.State, verb rune) {
	format(s, verb, "InputError", e.Error(), e.Explain)
}

// format implements the verbs that print an error.
func format(s fmt.State, verb rune, name, line string, explain func() string) {
	switch verb {
	case 'v':
		switch {
		case s.Flag('#'):
			line = "errors." + name + "(" + strconv.Quote(line) + ")"
		case s.Flag('+'):
			line = explain()
		}
	case 's':
	case 'q':
		line = strconv.Quote(line)
	default:
		line = "%!" + string(verb) + "(*errors." + name + "=" + line + ")"
	}
	_, _ = io.WriteString(s, line)
}

// shown is text for programs: redacted and printable, but longer than for a person.
func shown(text string) string { return inline(text, machineLimit) }

// shownID is an id. It is not redacted, because ids can look like keys.
func shownID(id string) string { return plaintext.Escape(bounded(id), machineLimit) }

func shownAll(texts []string) []string {
	all := make([]string, 0, len(texts))
	for _, text := range texts {
		all = append(all, shown(text))
	}
	return all
}

// attrs collects the attributes of a log group, except empty ones.
type attrs []slog.Attr

func (g *attrs) text(key, text string) { g.raw(key, inline(text, messageLimit)) }

func (g *attrs) raw(key, id string) {
	if id != "" {
		*g = append(*g, slog.String(key, shownID(id)))
	}
}

func (g *attrs) texts(key string, texts []string) {
	if len(texts) > 0 {
		*g = append(*g, slog.Any(key, texts))
	}
}

func (g *attrs) target(runID, artifact, file, store string, proxy *Proxy, baseURL string) {
	g.raw("runId", runID)
	g.text("artifact", artifact)
	g.text("file", file)
	g.text("store", store)
	if proxy != nil {
		g.text("proxy", proxy.Address)
	}
	g.text("baseUrl", baseURL)
}

func (g *attrs) response(status int, message, code, requestID string) {
	if status != 0 {
		*g = append(*g, slog.Int("statusCode", status))
	}
	g.text("message", message)
	g.text("code", code)
	g.raw("requestId", requestID)
}
