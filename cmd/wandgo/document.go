package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/settings"
)

// document is the JSON of doctor. Its keys are stable; see doctorHelp.
type document struct {
	Version     int               `json:"version"`
	Decision    client.Decision   `json:"decision"`
	Confidence  errors.Confidence `json:"confidence"`
	Cause       string            `json:"cause"`
	Candidates  []string          `json:"candidates"`
	ExitStatus  int               `json:"exitStatus"`
	Key         keyDocument       `json:"key"`
	Server      serverDocument    `json:"server"`
	Viewer      *viewerDocument   `json:"viewer"`
	Entity      entityDocument    `json:"entity"`
	Project     projectDocument   `json:"project"`
	Role        string            `json:"role"`
	Checks      []check           `json:"checks"`
	Evidence    []errors.Probe    `json:"evidence"`
	Notes       []string          `json:"notes"`
	Error       error             `json:"error"`
	Explanation string            `json:"explanation"`
	Questions   []question        `json:"questions"`
}

type keyDocument struct {
	Source  string             `json:"source"`
	Form    string             `json:"form"`
	Flaws   []string           `json:"flaws"`
	Lookups []string           `json:"lookups"`
	Others  []otherKeyDocument `json:"others"`
}

type otherKeyDocument struct {
	Source string `json:"source"`
	Same   bool   `json:"same"`
	Form   string `json:"form"`
}

type serverDocument struct {
	BaseURL string `json:"baseUrl"`
	Source  string `json:"source"`
	AppURL  string `json:"appUrl"`
	Reached *bool  `json:"reached"`
}

type viewerDocument struct {
	Username      string   `json:"username"`
	AccountType   string   `json:"accountType"`
	DefaultEntity string   `json:"defaultEntity"`
	Teams         []string `json:"teams"`
	TeamsComplete bool     `json:"teamsComplete"`
}

type entityDocument struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	Defaulted bool   `json:"defaulted"`
}

type projectDocument struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

func writeJSON(w io.Writer, x *examination, questions []question, redact redactor) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(x.document(redactQuestions(questions, redact))); err != nil {
		return err
	}
	// What is taken out has no character that JSON would have to escape.
	_, err := io.WriteString(w, redact.secrets(b.String()))
	return err
}

func (x *examination) document(questions []question) document {
	d := document{
		Version: 1, Decision: x.decision(), Confidence: x.confidence(), ExitStatus: x.status(), Candidates: []string{},
		Key:    keyDocument{Flaws: []string{}, Lookups: []string{}, Others: []otherKeyDocument{}},
		Checks: x.checks, Evidence: []errors.Probe{}, Notes: []string{}, Explanation: x.explanation(),
		Questions: append([]question{}, questions...),
	}
	if x.err != nil {
		d.Error, d.Cause = jsonError(x.err), errors.Code(x.err)
	}
	for _, c := range x.candidates() {
		d.Candidates = append(d.Candidates, errors.Code(c))
	}
	if s := x.settings; s != nil {
		d.fillSettings(x, s)
	}
	if v := x.viewer; v != nil {
		d.Viewer = &viewerDocument{v.Username, v.AccountType, v.DefaultEntity, append([]string{}, v.Teams...), v.TeamsComplete}
	}
	if a := x.access; a != nil {
		d.Role = a.Role
		d.Entity.Name = a.Entity
		d.Evidence = append(d.Evidence, a.Evidence...)
		d.Notes = append(d.Notes, a.Notes...)
	}
	return d
}

func (d *document) fillSettings(x *examination, s *settings.Settings) {
	d.Key.Source, d.Key.Form = s.KeySource, x.form
	d.Key.Lookups = append(d.Key.Lookups, s.KeyLookups...)
	for _, f := range x.flaws {
		d.Key.Flaws = append(d.Key.Flaws, f.Code)
	}
	for _, k := range x.keys {
		if k.source != s.KeySource {
			d.Key.Others = append(d.Key.Others, otherKeyDocument{k.source, k.key == s.Key, settings.KeyHint(k.key)})
		}
	}
	d.Server = serverDocument{s.BaseURL.Text, s.BaseURL.Source, s.AppURL, x.reached}
	d.Entity = entityDocument{s.Entity.Text, s.Entity.Source, s.Entity.Text == ""}
	d.Project = projectDocument{s.Project.Text, s.Project.Source}
}

// jsonError is the error of the chain that knows how to write itself as JSON.
func jsonError(err error) error {
	if p, ok := errors.AsType[*errors.PermissionError](err); ok {
		return withoutEmail(p)
	}
	if r, ok := errors.AsType[*errors.RequestError](err); ok {
		return r
	}
	if i, ok := errors.AsType[*errors.InputError](err); ok {
		return i
	}
	return textError{err}
}

// withoutEmail is the refusal fit to be pasted somewhere.
func withoutEmail(p *errors.PermissionError) error {
	if p.Viewer == nil {
		return p
	}
	clean, viewer := *p, *p.Viewer
	viewer.Email = ""
	clean.Viewer = &viewer
	return &clean
}

// textError writes any other error as {"error": text}.
type textError struct{ error }

// MarshalJSON implements json.Marshaler.
func (e textError) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"error": e.Error()})
}
