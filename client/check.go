package client

import (
	"context"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/settings"
)

// Decision answers "may I?". The zero Decision is [Unknown].
type Decision int

// The three answers.
const (
	// Unknown: the evidence does not decide.
	Unknown Decision = iota
	// Allowed: as far as the server tells, the run would be created.
	Allowed
	// Denied: the server would refuse.
	Denied
)

// String returns "unknown", "allowed" or "denied".
func (d Decision) String() string {
	switch d {
	case Allowed:
		return "allowed"
	case Denied:
		return "denied"
	default:
		return "unknown"
	}
}

// MarshalText is [Decision.String], for JSON.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Access is the answer to "may I create a run here?", with its evidence. It is
// a snapshot and advice: only creating the run decides.
type Access struct {
	// Decision is the answer.
	Decision Decision
	// Confidence says how far the evidence carries the Decision or, if Denied,
	// its cause. Allowed is never more than likely.
	Confidence errors.Confidence
	// Entity and Project are what was asked about. Where no entity was given,
	// Entity is the account's default.
	Entity, Project string
	// Viewer is the account behind the key; nil if unknown.
	Viewer *Viewer
	// Role is the viewer's role in the team or project; "" if unknown.
	Role string
	// KeySource names where the key came from, BaseURL the server.
	KeySource, BaseURL string
	// Evidence lists what was asked and learned.
	Evidence []errors.Probe
	// Notes are further facts for a person, one line each.
	Notes []string

	refusal *errors.PermissionError
}

// Cause is the sentinel of a denial, or nil when it is not denied or the
// evidence does not tell why.
func (a *Access) Cause() error {
	if a.refusal == nil {
		return nil
	}
	return a.refusal.Cause
}

// Err is nil when the answer is Allowed, and otherwise the
// *errors.PermissionError that creating the run would be expected to give, as
// far as it can be told beforehand.
func (a *Access) Err() error {
	if a.refusal == nil {
		return nil
	}
	return a.refusal
}

// Explain is the whole answer for a person, in several lines.
func (a *Access) Explain() string {
	if a.refusal != nil {
		return a.refusal.Explain()
	}
	var b strings.Builder
	b.WriteString("A run can be created in " + a.Entity)
	if a.Project != "" {
		b.WriteString("/" + a.Project)
	}
	b.WriteString(" on " + a.BaseURL)
	if a.Viewer != nil {
		b.WriteString(" by user " + a.Viewer.Username)
	}
	b.WriteString(", as far as the server tells.\nThis is advice: only creating the run decides.\n")
	for _, n := range a.Notes {
		b.WriteString("Note: " + n + ".\n")
	}
	return b.String()
}

// Check asks whether this key may create a run in entity/project, without
// creating anything. An empty entity stands for the account's default one, an
// empty project for any new one. It makes one request (more where an old server
// or a broken answer calls for it) and takes at most the diagnosis timeout. A
// refusal is not an error of Check but its answer; see [Access.Err]. The error
// is an *errors.InputError for names that cannot be right, or an
// *errors.RequestError when the server gave no usable answer at all. It is safe
// for concurrent use.
func (c *Client) Check(ctx context.Context, entity, project string) (*Access, error) {
	q := diagnose.Question{Op: diagnose.OpCreateRun, Entity: entity, Project: project}
	if err := c.checkPlace(q); err != nil {
		return nil, err
	}
	decision, p, err := c.diagnoser.Check(ctx, q)
	if err != nil {
		return nil, err
	}
	a := &Access{
		Confidence: p.Confidence, Entity: p.Entity, Project: project, Viewer: p.Viewer, Role: p.Role,
		KeySource: p.KeySource, BaseURL: p.BaseURL, Evidence: p.Evidence, Notes: p.Notes,
	}
	switch decision {
	case diagnose.Allow:
		a.Decision = Allowed
	case diagnose.Deny:
		a.Decision, a.refusal = Denied, p
	default:
		a.refusal = p
	}
	return a, nil
}

func (c *Client) checkPlace(q diagnose.Question) error {
	return checkNames(c.settings.Key, named{"entity", q.Entity, settings.CheckEntity}, named{"project", q.Project, settings.CheckProject})
}
