package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Tri is a yes, a no, or neither.
type Tri int8

// The three values of a Tri.
const (
	Unknown Tri = iota
	No
	Yes
)

func triOf(b *bool) Tri {
	switch {
	case b == nil:
		return Unknown
	case *b:
		return Yes
	default:
		return No
	}
}

func (t Tri) String() string { return [...]string{"unknown", "false", "true"}[t] }

// Answer is how a question fared.
type Answer struct {
	Outcome errors.Outcome // "" is a question not asked
	Status  int
	Detail  string
}

func (a Answer) answered() bool { return a.Outcome == errors.Answered }
func (a Answer) empty() bool    { return a.Outcome == errors.Empty }

// known reports whether the server gave an answer, null included.
func (a Answer) known() bool { return a.answered() || a.empty() }

// Findings are what the follow-up questions brought to light. The zero value
// means that nothing is known.
type Findings struct {
	// Entity is the entity the findings are about: the one asked for, or the
	// viewer's default.
	Entity string
	// RunID is the run that Run is about.
	RunID string

	Who struct {
		Answer
		Viewer *errors.Viewer
		// Unauthorized: the question itself was answered with 401.
		Unauthorized bool
		err          error
	}
	Account struct {
		Answer
		// Disabled is personalEntityDisabled; HasEntity whether userEntity is set.
		Disabled, HasEntity Tri
	}
	Team struct {
		Answer
		// Shown: the server showed the entity, if only in part.
		Shown bool
		// Name is the entity's name as the server spells it.
		Name     string
		IsTeam   bool
		ReadOnly Tri
	}
	Kind struct {
		Answer
		EntityType string
		Frozen     Tri
	}
	Project struct {
		Answer
		Access, Owner string
		ReadOnly      Tri
	}
	Role struct {
		Answer
		Listed, Pending bool
		Name            string
	}
	ProjectRole struct {
		Answer
		Listed    bool
		Inherited Tri
		Name      string
	}
	Seat struct {
		Answer
		Listed                 bool
		Organization           string
		Name, OrganizationRole string
	}
	Run struct {
		Answer
		Owner    string
		ReadOnly Tri
	}
}

// About returns the findings as they bear on a run: those shared with another
// request say nothing about the run of this one.
func (f *Findings) About(runID string) *Findings {
	if f.RunID == runID {
		return f
	}
	about := *f
	about.RunID, about.Run.Answer, about.Run.Owner, about.Run.ReadOnly = runID, Answer{}, "", Unknown
	return &about
}

// Failed returns the error of the first question where not one of them brought
// an answer of any kind, and nil otherwise.
func (f *Findings) Failed() error {
	for _, a := range []Answer{
		f.Who.Answer, f.Account.Answer, f.Team.Answer, f.Kind.Answer, f.Project.Answer,
		f.Role.Answer, f.ProjectRole.Answer, f.Seat.Answer, f.Run.Answer,
	} {
		if a.known() || a.Outcome == errors.Refused || a.Outcome == errors.Unsupported {
			return nil
		}
	}
	return f.Who.err
}

// nothingAnswered reports whether the server was asked whose key this is and more, and
// would say nothing at all, which W&B's own servers are not known to do.
func (f *Findings) nothingAnswered() bool {
	if f.Who.Viewer != nil || f.Who.Outcome != errors.Refused {
		return false
	}
	for _, a := range []Answer{
		f.Account.Answer, f.Team.Answer, f.Kind.Answer, f.Project.Answer,
		f.Role.Answer, f.ProjectRole.Answer, f.Seat.Answer, f.Run.Answer,
	} {
		if a.known() || a.Outcome == errors.Unsupported {
			return false
		}
	}
	return true
}

// role returns the role worth showing: the project's where it differs from the
// team's, else the team's. In one's own entity there are no roles.
func (f *Findings) role() string {
	if f.personal() {
		return ""
	}
	if f.ProjectRole.Listed && f.ProjectRole.Name != "" && f.ProjectRole.Inherited != Yes {
		return f.ProjectRole.Name
	}
	return f.Role.Name
}

// roleKind is what a role's name says about writing.
type roleKind int

const (
	roleUnknown roleKind = iota
	roleViewOnly
	roleWrites
)

func kindOfRole(name string) roleKind {
	switch squash(name) {
	case "viewer", "viewonly", "view", "readonly", "reader":
		return roleViewOnly
	case "member", "admin", "owner":
		return roleWrites
	default: // a custom role, whose permissions are not documented
		return roleUnknown
	}
}

// seatKind is what the name of a Models seat says about writing.
type seatKind int

const (
	seatUnknown seatKind = iota
	seatFull
	seatLacking
)

func (f *Findings) seat() seatKind {
	if !f.Seat.Listed {
		return seatUnknown
	}
	switch s := squash(f.Seat.Name); s {
	case "full":
		return seatFull
	case "viewer", "view", "viewonly", "readonly", "none", "noaccess":
		return seatLacking
	default: // the values are not documented; an unknown one decides nothing
		return seatUnknown
	}
}

// squash folds case and drops everything but letters: "View-Only" → "viewonly".
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			return r
		default:
			return -1
		}
	}, s)
}
