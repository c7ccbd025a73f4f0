package diagnose

import (
	"net/http"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
)

// pageSize is how many teams the questions request.
const pageSize = 1000

// readTarget stores the answers to the questions about the entity, the project and the run.
// The viewer must be known. errs are the errors by the alias of the question.
func (f *Findings) readTarget(r *graphql.DiagnoseResponse, errs map[string]error, q Question) {
	f.readEntity(r.Entity, errs["entity"])
	f.readKind(r.EntityKind, errs["entityKind"])
	f.readRoles(r.Roles, errs["roles"])
	f.readSeats(r.Seats, errs["seats"])
	if q.Project == "" {
		return
	}
	f.readProject(r.Project, errs["project"])
	f.readProjectRoles(r.ProjectRoles, errs["projectRoles"])
	if q.RunID != "" {
		f.readRun(r.RunOwner, errs["runOwner"])
	}
}

// fieldRefused is the error of one field in an otherwise good response.
type fieldRefused struct{ graphql.FieldError }

func (e fieldRefused) Error() string { return e.Message }

// answerOf returns the outcome of a question.
func answerOf(present bool, err error) Answer {
	if fe, ok := errors.AsType[fieldRefused](err); ok {
		return Answer{Outcome: errors.Refused, Status: http.StatusOK, Detail: fe.Message}
	}
	if err == nil {
		if present {
			return Answer{Outcome: errors.Answered, Status: http.StatusOK}
		}
		return Answer{Outcome: errors.Empty, Status: http.StatusOK}
	}
	ge, ok := errors.AsType[*graphql.Error](err)
	if !ok {
		return Answer{Outcome: errors.Failed, Detail: silence(err)}
	}
	if !ge.Answered() {
		return Answer{Outcome: errors.Failed, Status: ge.StatusCode, Detail: silence(err)}
	}
	a := Answer{Status: ge.StatusCode, Detail: ge.Message}
	switch {
	case ge.IsValidation():
		a.Outcome = errors.Unsupported
	case !ge.FromWandB():
		a.Outcome = errors.Failed
		if a.Detail == "" {
			a.Detail = bodyHint(ge.Kind)
		}
	case ge.StatusCode == http.StatusOK || (ge.StatusCode >= 401 && ge.StatusCode <= 404):
		a.Outcome = errors.Refused
	default:
		a.Outcome = errors.Failed
	}
	return a
}

func (f *Findings) readWho(w *graphql.ViewerFields, err error) {
	f.Who.Answer, f.Who.err = answerOf(w != nil, err), err
	if w != nil {
		f.Who.Viewer = viewerOf(w) // whatever the status, the key was recognised
		return
	}
	f.Who.Unauthorized = f.Who.Status == http.StatusUnauthorized && !gated(f.Who.Detail)
}

// gated recognises the refusal to show a field to programs with an unknown
// User-Agent. It says nothing about the key.
func gated(message string) bool {
	return strings.Contains(strings.ToLower(message), "relogin required")
}

// viewerOf converts the viewer to the public type.
func viewerOf(w *graphql.ViewerFields) *errors.Viewer {
	v := &errors.Viewer{
		ID:            w.Id,
		Username:      gqlclient.Value(w.Username),
		Email:         gqlclient.Value(w.Email),
		DefaultEntity: gqlclient.Value(w.Entity),
		Admin:         gqlclient.Value(w.Admin),
		AccountType:   string(gqlclient.Value(w.AccountType)),
	}
	if w.Teams != nil {
		v.Teams = make([]string, 0, len(w.Teams.Edges))
		for _, e := range w.Teams.Edges {
			if e.Node != nil {
				v.Teams = append(v.Teams, e.Node.Name)
			}
		}
		v.TeamsComplete = !looksCut(len(w.Teams.Edges))
	}
	return v
}

// looksCut reports whether a list of n teams may be one page of a longer list. The
// schema has no hasNextPage there, and servers may cap the page size.
func looksCut(n int) bool {
	switch n {
	case 10, 20, 25, 50, 100, 200, 250, 500:
		return true
	}
	return n >= pageSize
}

func (f *Findings) readAccount(a *graphql.AccountFields, err error) {
	f.Account.Answer = answerOf(a != nil, err)
	if a == nil {
		return
	}
	f.Account.Disabled = triOf(&a.PersonalEntityDisabled)
	f.Account.HasEntity = triOf(new(a.UserEntity != nil))
}

func (f *Findings) readEntity(e *graphql.EntityFields, err error) {
	f.Team.Answer = answerOf(e != nil, err)
	if e == nil {
		return
	}
	f.Team.Shown, f.Team.Name, f.Team.IsTeam = true, e.Name, e.IsTeam
	f.Team.ReadOnly = triOf(e.ReadOnly)
}

func (f *Findings) readKind(k *graphql.EntityKindFields, err error) {
	f.Kind.Answer = answerOf(k != nil, err)
	if k == nil {
		return
	}
	f.Kind.EntityType = gqlclient.Value(k.EntityType)
	f.Kind.Frozen = triOf(&k.ReadOnlyAdmin)
}

func (f *Findings) readProject(p *graphql.ProjectFields, err error) {
	f.Project.Answer = answerOf(p != nil, err)
	if p == nil {
		return
	}
	f.Project.Access = gqlclient.Value(p.Access)
	f.Project.ReadOnly = triOf(p.ReadOnly)
	if p.User != nil {
		f.Project.Owner = gqlclient.Value(p.User.Username)
	}
}

func (f *Findings) readRoles(r *graphql.RoleFields, err error) {
	f.Role.Answer = answerOf(r != nil, err)
	if r == nil || f.username() == "" {
		return
	}
	for _, m := range r.Members {
		if gqlclient.Value(m.Username) == f.username() {
			f.Role.Listed, f.Role.Name = true, gqlclient.Value(m.Role)
			f.Role.Pending = gqlclient.Value(m.Pending)
			if m.MemberRole != nil && m.MemberRole.Name != "" {
				f.Role.Name = m.MemberRole.Name
			}
			return
		}
	}
}

func (f *Findings) readProjectRoles(p *graphql.ProjectRoleFields, err error) {
	f.ProjectRole.Answer = answerOf(p != nil, err)
	if p == nil || f.username() == "" {
		return
	}
	for _, m := range p.Members {
		if gqlclient.Value(m.Username) == f.username() {
			f.ProjectRole.Listed, f.ProjectRole.Inherited = true, triOf(m.ProjectRoleIsInherited)
			if m.Role != nil {
				f.ProjectRole.Name = m.Role.Name
			}
			return
		}
	}
}

func (f *Findings) readSeats(s *graphql.SeatFields, err error) {
	f.Seat.Answer = answerOf(s != nil && s.Organization != nil, err)
	if s == nil || s.Organization == nil || f.Who.Viewer == nil {
		return
	}
	f.Seat.Organization = s.Organization.Name
	for _, m := range s.Organization.Members {
		if m.Username != "" && m.Username == f.username() {
			f.Seat.Listed, f.Seat.Name = true, m.ModelsSeat
			return
		}
	}
}

func (f *Findings) readRun(p *graphql.RunOwnerFields, err error) {
	f.Run.Answer = answerOf(p != nil && p.Run != nil, err)
	if p == nil || p.Run == nil {
		return
	}
	f.Run.ReadOnly = triOf(p.Run.ReadOnly)
	if p.Run.User != nil {
		f.Run.Owner = gqlclient.Value(p.Run.User.Username)
	}
}

// skipRest marks the remaining questions as not asked, with the reason.
func (f *Findings) skipRest(why string) {
	for _, a := range append(f.aboutTarget(), &f.Account.Answer) {
		if a.Outcome == "" {
			*a = Answer{Outcome: errors.Skipped, Detail: why}
		}
	}
}
