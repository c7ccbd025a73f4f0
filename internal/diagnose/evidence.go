package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/secret"
)

const (
	maxNames  = 8   // teams that a line of evidence spells out
	maxDetail = 120 // runes of a server's message in a line of evidence
)

// Evidence puts the findings into words, one probe a line, in the order in
// which a person would ask.
func (f *Findings) Evidence(project string) []errors.Probe {
	var probes []errors.Probe
	add := func(name, question string, a Answer, result string) {
		if a.Outcome == "" || a.Outcome == errors.Skipped {
			return
		}
		if !a.answered() {
			result = a.words()
		}
		probes = append(probes, errors.Probe{
			Name: name, Question: question, Outcome: a.Outcome, Result: result, StatusCode: a.Status,
		})
	}
	entity, place, where := "entity "+quote(f.Entity), quote(f.Entity), quote(f.Entity+"/"+project)
	if f.Entity == "" { // nobody named one, and the account's is not known
		entity, place, where = "your default entity", "your default entity", quote(project)+" of your default entity"
	}
	add("viewer", "whose key is this", f.Who.Answer, f.whoWords())
	add("account", "has the account a personal entity", f.Account.Answer, f.accountWords())
	add("entity", entity, f.Team.Answer, "visible, readOnly is "+f.Team.ReadOnly.String())
	add("entity-kind", "kind of "+entity, f.Kind.Answer, f.kindWords())
	add("project", "project "+where, f.Project.Answer, f.projectWords())
	add("role", "your role in "+place, f.Role.Answer, f.roleWords())
	add("project-role", "your role in project "+where, f.ProjectRole.Answer, f.projectRoleWords())
	add("seat", "your seat in the organization", f.Seat.Answer, f.seatWords())
	add("run", "the run of this id", f.Run.Answer, fmt.Sprintf("belongs to %q, readOnly is %s", f.Run.Owner, f.Run.ReadOnly))
	return probes
}

// CutShort reports whether there are questions that brought no answer of any
// kind, or none that were asked at all.
func (f *Findings) CutShort() bool {
	probes := f.Evidence("")
	failed := func(p errors.Probe) bool { return p.Outcome == errors.Failed }
	return len(probes) == 0 || slices.ContainsFunc(probes, failed)
}

// words is the result of a question that brought no value.
func (a Answer) words() string {
	var s string
	switch a.Outcome {
	case errors.Empty:
		return "null: absent or hidden from you"
	case errors.Refused:
		s = "the server would not say"
	case errors.Unsupported:
		return "this server is too old to know the question"
	default:
		s = "no usable answer"
	}
	if a.Status != 0 && a.Status != 200 {
		s += fmt.Sprintf(" (HTTP %d)", a.Status)
	}
	if a.Detail != "" {
		// Before it is cut: half a token has not the form of one.
		s += ": " + plaintext.Line(secret.Redact(a.Detail), maxDetail)
	}
	return s
}

func (f *Findings) whoWords() string {
	v := f.Who.Viewer
	if v == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "user %q", v.Username)
	if v.AccountType != "" && v.AccountType != "USER" {
		fmt.Fprintf(&b, " (%s account)", v.AccountType)
	}
	switch {
	case v.Teams == nil:
		b.WriteString(", teams not listed")
	case len(v.Teams) == 0:
		b.WriteString(", in no team")
	case len(v.Teams) <= maxNames:
		b.WriteString(", teams: " + strings.Join(v.Teams, ", "))
	default:
		fmt.Fprintf(&b, ", %d teams: %s, …", len(v.Teams), strings.Join(v.Teams[:maxNames], ", "))
	}
	return b.String()
}

func (f *Findings) accountWords() string {
	switch {
	case f.Account.Disabled == Yes:
		return "no, it is disabled"
	case f.Account.HasEntity == Yes:
		return "yes"
	case f.Account.HasEntity == No:
		return "no"
	default:
		return "unknown"
	}
}

func (f *Findings) kindWords() string {
	kind := f.Kind.EntityType
	if kind == "" {
		kind = "unknown"
	}
	return fmt.Sprintf("%s, frozen by an administrator: %s", kind, f.Kind.Frozen)
}

func (f *Findings) projectWords() string {
	s := "visible, readOnly is " + f.Project.ReadOnly.String()
	if f.Project.Access != "" {
		s += ", access is " + f.Project.Access
	}
	if f.Project.Owner != "" {
		s += ", owner is " + quote(f.Project.Owner)
	}
	return s
}

func (f *Findings) roleWords() string {
	switch {
	case !f.Role.Listed:
		return "you are not among the members"
	case f.Role.Pending:
		return "your invitation is pending"
	case f.Role.Name == "":
		return "listed without a role"
	case f.personal():
		return quote(f.Role.Name) + ", as its owner"
	default:
		return quote(f.Role.Name)
	}
}

func (f *Findings) projectRoleWords() string {
	switch {
	case !f.ProjectRole.Listed:
		return "you are not among the project's members"
	case f.ProjectRole.Name == "":
		return "listed without a role"
	case f.ProjectRole.Inherited == Yes:
		return quote(f.ProjectRole.Name) + ", inherited from the team"
	default:
		return quote(f.ProjectRole.Name)
	}
}

func (f *Findings) seatWords() string {
	if !f.Seat.Listed {
		return "you are not listed in " + quote(f.Seat.Organization)
	}
	return quote(f.Seat.Name) + " in " + quote(f.Seat.Organization)
}
