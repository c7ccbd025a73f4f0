package main

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
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
	Checks      []doctor.Check    `json:"checks"`
	Evidence    []errors.Probe    `json:"evidence"`
	Notes       []string          `json:"notes"`
	Error       error             `json:"error"`
	Explanation string            `json:"explanation"`
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

func writeDocument(w io.Writer, x *doctor.Checkup, redact doctor.Redactor) error {
	var b bytes.Buffer
	if err := encodeJSON(&b, newDocument(x)); err != nil {
		return err
	}
	// What replaces a secret holds no character that JSON would have to escape.
	_, err := io.WriteString(w, redact.Secrets(b.String()))
	return err
}

func newDocument(x *doctor.Checkup) document {
	d := document{
		Version: 1, Decision: x.Decision(), Confidence: x.Confidence(), ExitStatus: checkupStatus(x), Candidates: []string{},
		Key:    keyDocument{Flaws: []string{}, Lookups: []string{}, Others: []otherKeyDocument{}},
		Checks: x.Checks, Evidence: []errors.Probe{}, Notes: []string{}, Explanation: explanation(x),
	}
	if x.Err != nil {
		d.Error, d.Cause = jsonError(x.Err), errors.Code(x.Err)
	}
	for _, c := range x.Candidates() {
		d.Candidates = append(d.Candidates, errors.Code(c))
	}
	if x.Settings != nil {
		d.fillSettings(x)
	}
	if v := x.Viewer; v != nil {
		viewer := newViewerDocument(v)
		d.Viewer = &viewer
	}
	if a := x.Access; a != nil {
		d.Role = a.Role
		d.Entity.Name = a.Entity
		d.Evidence = append(d.Evidence, a.Evidence...)
		d.Notes = append(d.Notes, a.Notes...)
	}
	return d
}

func newViewerDocument(v *errors.Viewer) viewerDocument {
	return viewerDocument{v.Username, v.AccountType, v.DefaultEntity, append([]string{}, v.Teams...), v.TeamsComplete}
}

func (d *document) fillSettings(x *doctor.Checkup) {
	s := x.Settings
	d.Key.Source, d.Key.Form = s.KeySource, x.KeyForm
	d.Key.Lookups = append(d.Key.Lookups, s.KeyLookups...)
	for _, f := range x.Flaws {
		d.Key.Flaws = append(d.Key.Flaws, f.Code)
	}
	for _, k := range x.Keys {
		if k.Source != s.KeySource {
			d.Key.Others = append(d.Key.Others, otherKeyDocument{k.Source, k.Key == s.Key, settings.KeyHint(k.Key)})
		}
	}
	d.Server = serverDocument{s.BaseURL.Text, s.BaseURL.Source, s.AppURL, x.Reached}
	d.Entity = entityDocument{s.Entity.Text, s.Entity.Source, s.Entity.Text == ""}
	d.Project = projectDocument{s.Project.Text, s.Project.Source}
}

// jsonError returns the first error of the chain that is an object in JSON, a refusal before others.
func jsonError(err error) error {
	if p, ok := errors.AsType[*errors.PermissionError](err); ok {
		return withoutEmail(p)
	}
	if own, ok := errors.AsType[interface {
		error
		json.Marshaler
	}](err); ok {
		return own
	}
	return textError{err}
}

// withoutEmail returns a copy of p that can be pasted into a bug report.
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
