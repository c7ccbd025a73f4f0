package client

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

// Decision answers "may I?". The zero Decision is [Unknown].
type Decision int

// The three answers.
const (
	// Unknown: the evidence does not decide.
	Unknown Decision = iota
	// Allowed: as far as the server shows, it would be accepted.
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

// MarshalText returns [Decision.String], for JSON.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// AccessRequest says what to check. The zero AccessRequest asks whether a run can
// be created in the account's default entity.
type AccessRequest struct {
	// Entity is the team or user. Default: the account's default entity.
	Entity string
	// Project may be empty, which stands for any new project of the entity.
	Project string
	// Action and Resource name what to do. These pairs are supported:
	//
	//   - [errors.ActionCreate] on [errors.ResourceRun], the default
	//   - [errors.ActionRead] on [errors.ResourceProject]
	//   - [errors.ActionLogArtifact], [errors.ActionUseArtifact], [errors.ActionReadArtifact],
	//     [errors.ActionDownloadArtifact] or [errors.ActionLinkArtifact] on an artifact's
	//     path: "[entity/][project/]name[:version or alias]". Entity and Project may be in
	//     the path or in their fields. An empty Resource stands for any artifact.
	Action   errors.Action
	Resource errors.Resource
}

// question returns what the request is about.
func (r AccessRequest) question() (diagnose.Question, error) {
	q := diagnose.Question{Entity: r.Entity, Project: r.Project}
	for _, op := range []diagnose.Op{
		diagnose.OpLogArtifact, diagnose.OpUseArtifact, diagnose.OpDownloadArtifact, diagnose.OpReadArtifact, diagnose.OpLinkArtifact,
	} {
		if op.Action == r.Action {
			q.Op = op
			err := r.artifact(&q)
			return q, err
		}
	}
	op, err := r.op()
	q.Op = op
	return q, err
}

// artifact reads an artifact's path.
func (r AccessRequest) artifact(q *diagnose.Question) error {
	if r.Resource == "" || r.Resource == errors.ResourceArtifact {
		return nil
	}
	parts := strings.Split(string(r.Resource), "/")
	name, version, versioned := strings.Cut(parts[len(parts)-1], ":")
	if len(parts) > 3 || slices.Contains(parts, "") || name == "" || versioned && version == "" {
		return r.invalid("must be an artifact's path: [entity/][project/]name[:version or alias]")
	}
	if place := parts[:len(parts)-1]; len(place) > 0 {
		q.Project = place[len(place)-1]
		if len(place) > 1 {
			q.Entity = place[0]
		}
	}
	if r.Project != "" && r.Project != q.Project || r.Entity != "" && r.Entity != q.Entity {
		return r.invalid("must not name another entity or project than the request")
	}
	q.Artifact = parts[len(parts)-1]
	return nil
}

func (r AccessRequest) invalid(rule string) error {
	return &errors.InputError{
		Field: "access request", Value: secret.Redact(strings.TrimSpace(string(r.Action) + " " + string(r.Resource))), Rule: rule,
	}
}

// op returns the operation that the request is about.
func (r AccessRequest) op() (diagnose.Op, error) {
	action, resource := cmp.Or(r.Action, errors.ActionCreate), r.Resource
	if resource == "" && action == errors.ActionCreate {
		resource = errors.ResourceRun
	}
	for _, op := range []diagnose.Op{diagnose.OpCreateRun, diagnose.OpReadProject} {
		if op.Action == action && op.Resource == resource {
			return op, nil
		}
	}
	r.Action, r.Resource = action, resource
	return diagnose.Op{}, r.invalid("must be to create a run, to read a project, or to log, use, download or link an artifact")
}

// Access is the answer to "may I?", with its evidence. It is a snapshot and only
// advice: the server decides when it is tried.
type Access struct {
	// Decision is the answer.
	Decision Decision
	// Confidence says how far the evidence supports the Decision or, if it is
	// Denied, its cause. Allowed is at most likely.
	Confidence errors.Confidence
	// Entity and Project are those of the request. If no entity was given,
	// Entity is the account's default.
	Entity, Project string
	// Action and Resource are those of the request. For an artifact, Resource is the whole
	// path.
	Action   errors.Action
	Resource errors.Resource
	// Viewer is the account behind the key; nil if unknown.
	Viewer *Viewer
	// Role is the viewer's role in the team or project; "" if unknown.
	Role string
	// KeySource names the source of the key, BaseURL the server.
	KeySource, BaseURL string
	// Evidence lists the questions asked and their answers.
	Evidence []errors.Probe
	// Notes are further facts for a person, one line each.
	Notes []string

	refusal *errors.PermissionError
	// notUnderstood is set if the server understands no question about the target.
	notUnderstood error
}

// Cause returns the sentinel of a denial. It is nil if it is not denied, or if the
// cause is undetermined.
func (a *Access) Cause() error {
	if a.refusal != nil && a.notUnderstood == nil {
		return a.refusal.Cause
	}
	return nil
}

// Err returns the *errors.PermissionError to expect, or nil if the answer is
// Allowed. If the answer is Unknown because the server, which may be of another maker,
// does not understand the questions, it is an *errors.RequestError that matches
// ErrSchemaMismatch: nothing was refused.
func (a *Access) Err() error {
	switch {
	case a.notUnderstood != nil:
		return a.notUnderstood
	case a.refusal == nil:
		return nil
	}
	return a.refusal
}

// Explain returns the whole answer for a person, in several lines.
func (a *Access) Explain() string {
	if err := a.Err(); err != nil {
		return errors.Explain(err)
	}
	where := a.Entity
	if a.Project != "" {
		where += "/" + a.Project
	}
	line := "Allowed: " + string(a.Action) + " " + string(a.Resource)
	if where != "" && !strings.HasPrefix(string(a.Resource), where+"/") {
		line += " in " + where
	}
	line += " on " + a.BaseURL
	if a.Viewer != nil {
		line += " as user " + a.Viewer.Username
	}
	var b strings.Builder
	write := func(text string) {
		plaintext.Wrap(&b, columns, "", "  ", plaintext.Line(text, plaintext.NoLimit)+".")
	}
	if len(a.Notes) == 0 { // they say what the server does not show
		line += ", as far as the server shows"
	}
	write(line)
	for _, n := range a.Notes {
		write("Note: " + n)
	}
	return b.String()
}

// columns is the width of the text for a person.
const columns = 80

// Check reports whether this key may create a run in entity/project, without
// creating anything. It is [Client.CheckAccess] for the common case.
func (c *Client) Check(ctx context.Context, entity, project string) (*Access, error) {
	return c.CheckAccess(ctx, AccessRequest{Entity: entity, Project: project})
}

// CheckAccess reports whether this key may do what r describes, without doing it.
//
// It sends one request, and more if the server is old, if the response is unusable, or for an
// artifact. It blocks for at most Options.DiagnosisTimeout. It is safe for concurrent use.
//
// A refusal is not an error but the answer; see [Access.Err]. The errors are:
//
//   - an *errors.InputError if a name or the request is invalid
//   - an *errors.RequestError if the server sent no usable response
func (c *Client) CheckAccess(ctx context.Context, r AccessRequest) (*Access, error) {
	q, err := r.question()
	if err != nil {
		return nil, err
	}
	if err := checkNames(c.env.Settings.Key, q.Entity, q.Project, ""); err != nil {
		return nil, err
	}
	decision, p, err := c.env.Diagnoser.Check(ctx, q)
	if p == nil {
		return nil, err
	}
	a := &Access{
		Confidence: p.Confidence, Entity: p.Entity, Project: q.Project, Action: p.Action, Resource: p.Resource,
		Viewer: p.Viewer, Role: p.Role, KeySource: p.KeySource, BaseURL: p.BaseURL, Evidence: p.Evidence, Notes: p.Notes,
		notUnderstood: err,
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
