package diagnose

import (
	"slices"
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

// access describes a readOnly field.
func (t Tri) access() string { return [...]string{"access unknown", "writable", "read-only"}[t] }

func (t Tri) String() string { return [...]string{"unknown", "false", "true"}[t] }

// Answer is the outcome of a question.
type Answer struct {
	Outcome errors.Outcome // "" if the question was not asked
	Status  int
	Detail  string
}

func (a Answer) answered() bool { return a.Outcome == errors.Answered }
func (a Answer) empty() bool    { return a.Outcome == errors.Empty }

// known reports whether the server answered, null included.
func (a Answer) known() bool { return a.answered() || a.empty() }

// usable reports whether the server responded to the question, if only with a refusal.
func (a Answer) usable() bool {
	return a.known() || a.Outcome == errors.Refused || a.Outcome == errors.Unsupported
}

// Findings are the answers to the follow-up questions. In the zero value, nothing
// is known.
type Findings struct {
	// Entity is the entity that the findings are about: the requested one, or the
	// viewer's default.
	Entity string
	// RunID is the run that Run is about.
	RunID string
	// cut is true if the context ended before all questions were answered.
	cut bool

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
		Listed       bool
		Organization string
		Name         string
	}
	Run struct {
		Answer
		Owner    string
		ReadOnly Tri
	}
	// ArtifactName is the one that Artifact is about.
	ArtifactName string
	// Registry reports whether the project is one of an organization's registries.
	Registry bool
	// Artifact is asked for only if it matters.
	Artifact struct {
		Answer
		// State is also known of a version that is in a list, and not shown by its name.
		Type, State string
		// Names are the project's artifacts, or the versions and aliases of the one that
		// was named, if the server shows it but not the version.
		Names []string
		// Unversioned reports whether the server shows the one that was named, without any
		// version.
		Unversioned bool
	}
}

// about returns the findings for a request about this run. Findings that come from
// another request say nothing about its run.
func (f *Findings) about(runID string) *Findings {
	if f.RunID == runID {
		return f
	}
	about := *f
	about.RunID, about.Run = runID, Findings{}.Run
	return &about
}

// aboutTarget returns the answers to the questions about what the request names.
func (f *Findings) aboutTarget() []*Answer {
	return []*Answer{
		&f.Team.Answer, &f.Kind.Answer, &f.Project.Answer, &f.Role.Answer, &f.ProjectRole.Answer, &f.Seat.Answer, &f.Run.Answer,
	}
}

// Failed returns the error of the first question if no question got any response,
// and nil otherwise.
func (f *Findings) Failed() error {
	for _, a := range append(f.aboutTarget(), &f.Who.Answer, &f.Account.Answer, &f.Artifact.Answer) {
		if a.usable() {
			return nil
		}
	}
	return f.Who.err
}

// notUnderstood reports whether the server understood no question about the target of the
// request, with its message about one. Then it refused nothing.
func (f *Findings) notUnderstood() (message string, ok bool) {
	for _, a := range f.aboutTarget() {
		switch {
		case a.Outcome == errors.Unsupported:
			message, ok = a.Detail, true
		case a.usable():
			return "", false
		}
	}
	return message, ok
}

// nothingAnswered reports whether the server refused to answer every question.
// W&B's own servers are not known to do that.
func (f *Findings) nothingAnswered() bool {
	if f.Who.Viewer != nil || f.Who.Outcome != errors.Refused {
		return false
	}
	return !slices.ContainsFunc(append(f.aboutTarget(), &f.Account.Answer), func(a *Answer) bool {
		return a.usable() && a.Outcome != errors.Refused
	})
}

// role returns the role to show: the project's if it differs from the team's,
// otherwise the team's. A personal entity has no roles.
func (f *Findings) role() string {
	if f.personal() {
		return ""
	}
	if f.ProjectRole.Listed && f.ProjectRole.Name != "" && f.ProjectRole.Inherited != Yes {
		return f.ProjectRole.Name
	}
	return f.Role.Name
}

// roleWrites reports whether a role can write, as far as its name shows.
func roleWrites(name string) Tri {
	switch squash(name) {
	case "viewer", "viewonly", "view", "readonly", "reader":
		return No
	case "member", "admin", "owner":
		return Yes
	default: // a custom role, whose permissions are not documented
		return Unknown
	}
}

// seatWrites reports whether the viewer's Models seat can write, as far as its name shows.
func (f *Findings) seatWrites() Tri {
	if !f.Seat.Listed {
		return Unknown
	}
	switch squash(f.Seat.Name) {
	case "full":
		return Yes
	case "viewer", "view", "viewonly", "readonly", "none", "noaccess":
		return No
	default: // the values are not documented, so an unknown one proves nothing
		return Unknown
	}
}

// projectReadOnly is whether the project is read-only, if the server answered the whole
// question about it.
func (f *Findings) projectReadOnly() Tri {
	if !f.Project.answered() {
		return Unknown
	}
	return f.Project.ReadOnly
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
