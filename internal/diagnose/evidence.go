package diagnose

import (
	"fmt"
	"net/http"
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

// Evidence describes the findings, one probe per line, in the order in which a
// person would ask.
func (f *Findings) Evidence(project string) []errors.Probe {
	var probes []errors.Probe
	add := func(name, question string, a Answer, result string) {
		if a.Outcome == "" || a.Outcome == errors.Skipped {
			return
		}
		if !a.answered() {
			result = a.text()
		}
		probes = append(probes, errors.Probe{
			Name: name, Question: question, Outcome: a.Outcome, Result: result, StatusCode: a.Status,
		})
	}
	entity, inEntity, inProject := "entity "+quote(f.Entity), quote(f.Entity), quote(f.Entity+"/"+project)
	if f.Entity == "" { // none was named, and the account's default is not known
		entity, inEntity, inProject = "your default entity", "your default entity", quote(project)+" of your default entity"
	}
	add("viewer", "account", f.Who.Answer, f.viewerText())
	add("account", "personal entity", f.Account.Answer, f.accountText())
	add("entity", entity, f.Team.Answer, "visible, "+f.Team.ReadOnly.access())
	add("entity-kind", "kind of "+entity, f.Kind.Answer, f.kindText())
	add("project", "project "+inProject, f.Project.Answer, f.projectText())
	add("role", "your role in "+inEntity, f.Role.Answer, f.roleText())
	add("project-role", "your role in project "+inProject, f.ProjectRole.Answer, f.projectRoleText())
	add("seat", "your seat", f.Seat.Answer, f.seatText())
	add("run", "run "+quote(f.RunID), f.Run.Answer, fmt.Sprintf("owner %q, %s", f.Run.Owner, f.Run.ReadOnly.access()))
	add("artifact", "artifact "+quote(f.ArtifactName), f.Artifact.Answer, f.artifactText())
	return probes
}

// text describes an answer without a value.
func (a Answer) text() string {
	text := "no usable response"
	switch a.Outcome {
	case errors.Empty:
		return "null: missing or hidden from you"
	case errors.Unsupported:
		return "not supported by this server"
	case errors.Refused:
		text = "not disclosed"
	}
	if details := a.details(); details != "" {
		text += " (" + details + ")"
	}
	return text
}

// details are the status and the message of an answer, "" if they say nothing.
func (a Answer) details() string {
	var details []string
	if a.Status != 0 && a.Status != http.StatusOK {
		details = append(details, fmt.Sprintf("HTTP %d", a.Status))
	}
	if a.Detail != "" {
		// Redacted before it is cut: half a token does not look like one.
		details = append(details, plaintext.Line(secret.Redact(a.Detail), maxDetail))
	}
	return strings.Join(details, ": ")
}

func (f *Findings) viewerText() string {
	v := f.Who.Viewer
	if v == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "user %q", v.Username)
	if kind := AccountKind(v.AccountType); kind != "" {
		fmt.Fprintf(&b, " (%s)", kind)
	}
	own := func(entity string) bool { return entity == v.Username } // the personal one
	teams := slices.DeleteFunc(slices.Clone(v.Teams), own)
	if len(teams) < len(v.Teams) {
		b.WriteString(", personal entity")
	}
	switch {
	case v.Teams == nil:
		b.WriteString(", teams not disclosed")
	case len(teams) == 0:
		b.WriteString(", no teams")
	case len(teams) <= maxNames:
		b.WriteString(", teams: " + strings.Join(teams, ", "))
	default:
		fmt.Fprintf(&b, ", %d teams: %s, …", len(teams), strings.Join(teams[:maxNames], ", "))
	}
	return b.String()
}

func (f *Findings) accountText() string {
	switch {
	case f.Account.Disabled == Yes:
		return "disabled"
	case f.Account.HasEntity == Yes:
		return "present"
	case f.Account.HasEntity == No:
		return "absent"
	default:
		return "unknown"
	}
}

func (f *Findings) kindText() string {
	kind := f.Kind.EntityType
	if kind == "" {
		kind = "unknown"
	}
	switch f.Kind.Frozen {
	case Yes:
		return kind + ", frozen by an administrator"
	case No:
		return kind + ", not frozen"
	default:
		return kind
	}
}

func (f *Findings) projectText() string {
	s := "visible, " + f.Project.ReadOnly.access()
	if f.Project.Access != "" {
		s += ", access " + f.Project.Access
	}
	if f.Project.Owner != "" {
		s += ", owner " + quote(f.Project.Owner)
	}
	return s
}

func (f *Findings) roleText() string {
	switch {
	case !f.Role.Listed:
		return "not a member"
	case f.Role.Pending:
		return "invitation pending"
	case f.Role.Name == "":
		return "member without a role"
	case f.personal():
		return quote(f.Role.Name) + " (owner)"
	default:
		return quote(f.Role.Name)
	}
}

func (f *Findings) projectRoleText() string {
	switch {
	case !f.ProjectRole.Listed:
		return "not a member of the project"
	case f.ProjectRole.Name == "":
		return "member without a role"
	case f.ProjectRole.Inherited == Yes:
		return quote(f.ProjectRole.Name) + " (inherited from the team)"
	default:
		return quote(f.ProjectRole.Name)
	}
}

func (f *Findings) seatText() string {
	if !f.Seat.Listed {
		return "none listed in " + quote(f.Seat.Organization)
	}
	return quote(f.Seat.Name) + " in " + quote(f.Seat.Organization)
}

// AccountKind describes the type of an account, "" for a person's.
func AccountKind(accountType string) string {
	switch accountType {
	case "", "USER":
		return ""
	case "SERVICE":
		return "service account"
	case "ORG_SERVICE":
		return "organization service account"
	case "ANONYMOUS":
		return "anonymous account"
	case "VIEWER":
		return "view-only account"
	}
	return "account type " + plaintext.Line(accountType, plaintext.NoLimit)
}
