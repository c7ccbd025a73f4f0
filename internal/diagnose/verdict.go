package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Verdict is what the evidence amounts to.
type Verdict struct {
	// Row names the line of the decision table that was applied, such as
	// "403/6"; tests and bug reports refer to it.
	Row string
	// Cause is nil when Undetermined.
	Cause      error
	Confidence errors.Confidence
	// Candidates is what it may be, when Undetermined.
	Candidates []error
	// Notes are facts a person should know beside the cause.
	Notes []string
}

func certain(row string, cause error, notes ...string) Verdict {
	return Verdict{Row: row, Cause: cause, Confidence: errors.Certain, Notes: notes}
}

func likely(row string, cause error, notes ...string) Verdict {
	return Verdict{Row: row, Cause: cause, Confidence: errors.Likely, Notes: notes}
}

func undetermined(row string, candidates []error, notes ...string) Verdict {
	return Verdict{Row: row, Candidates: candidates, Notes: notes}
}

// sureIf is certain where sure holds, else likely.
func sureIf(sure bool, row string, cause error, notes ...string) Verdict {
	if sure {
		return certain(row, cause, notes...)
	}
	return likely(row, cause, notes...)
}

// Decide draws the conclusion from a refusal and what the follow-up questions
// found. It is a pure function: the same facts give the same verdict.
func Decide(r *Refusal, f *Findings) Verdict {
	switch r.Class {
	case Intermediary:
		return sureIf(r.Sure, "not-w&b", errors.ErrIntermediary)
	case PaymentRequired:
		return undetermined("402", []error{errors.ErrSeatRequired},
			"the server asks for payment (HTTP 402); the account or its organization may have reached a limit")
	case IdentityRefused:
		return sureIf(r.Sure, "identity", errors.ErrBadAPIKey)
	case Unauthorized:
		return decideUnauthorized(f)
	default:
		return f.capAtLikely(decideAbout(r, f))
	}
}

// decideAbout draws the conclusion where it depends on the entity.
func decideAbout(r *Refusal, f *Findings) Verdict {
	switch r.Class {
	case EntityNotFound:
		return decideEntityNotFound(r, f)
	case ProjectNotFound:
		return decideProjectNotFound(f)
	case ProjectNull:
		return decideProjectNull(f)
	case NotFound:
		if v, ok := badKey("404/key", f); ok {
			return v
		}
		return undetermined("404/other", []error{errors.ErrEntityMissing, errors.ErrProjectMissing})
	case Forbidden:
		v := decideForbidden(f)
		if r.Plain && f.nothingAnswered() {
			v.Candidates = append([]error{errors.ErrIntermediary}, v.Candidates...)
			v.Notes = append(v.Notes, "nothing in these answers is W&B's own: something in between may refuse every request alike")
		}
		return v
	default:
		return undetermined("unknown", nil)
	}
}

// badKey is the verdict where the server, asked whose key this is, knows nobody
// although the refusal was not a 401.
func badKey(row string, f *Findings) (Verdict, bool) {
	if f.Who.empty() || f.Who.Unauthorized {
		return likely(row, errors.ErrBadAPIKey,
			"a bad key should have been answered with 401; yet the server recognises no account behind this one"), true
	}
	return Verdict{}, false
}

func decideUnauthorized(f *Findings) Verdict {
	switch {
	case f.Who.empty(), f.Who.Unauthorized:
		return certain("401/null", errors.ErrBadAPIKey,
			"nothing on the wire tells a revoked key from an unknown one or from one of another server")
	case f.Who.Viewer != nil:
		return undetermined("401/viewer", []error{errors.ErrBadAPIKey},
			"the server accepted the key for reading, not for this write: two requests may have carried different credentials, or a gateway answered one of them")
	default:
		return likely("401/unanswered", errors.ErrBadAPIKey)
	}
}

// decideEntityNotFound reads a 404 that says that there is no such entity. It
// proves as much, unless something else the server said contradicts it.
func decideEntityNotFound(r *Refusal, f *Findings) Verdict {
	if v, ok := badKey("404-entity/key", f); ok {
		return v
	}
	notes := f.organizationNotes()
	if name := missingEntity(r.Message); name != "" && f.Entity != "" && !strings.EqualFold(name, f.Entity) {
		return undetermined("404-entity/other-name", []error{errors.ErrEntityMissing},
			append(notes, "the server says that "+quote(name)+" is missing, and what was asked for is "+quote(f.Entity))...)
	}
	if f.ownNameFolded() && f.inTeam() != Yes && !f.Team.IsTeam {
		return decideOwnNameNotFound(f, notes)
	}
	switch v := f.Who.Viewer; {
	case f.inTeam() == Yes:
		return undetermined("404-entity/member", []error{errors.ErrEntityMissing, errors.ErrSeatRequired},
			append(notes, "the server says that there is no such entity, and yet counts you among its members; "+policyNote)...)
	case f.shown():
		return undetermined("404-entity/visible", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			append(notes, "the server says that there is no such entity, and yet shows it when asked; it may just have been created, or not be one that holds runs")...)
	case v == nil:
		return likely("404-entity/unanswered", errors.ErrEntityMissing, notes...)
	case v.Teams != nil && len(v.Teams) == 0 && f.Account.HasEntity != Yes:
		return likely("404-entity/no-team", errors.ErrNoTeam, notes...)
	}
	return sureIf(f.Team.empty() && f.membershipSure(), "404-entity/else", errors.ErrEntityMissing, notes...)
}

// decideOwnNameNotFound is for an entity that is called like the account.
func decideOwnNameNotFound(f *Findings, notes []string) Verdict {
	present := f.Account.HasEntity == Yes && f.Account.Disabled != Yes
	switch {
	case f.Account.Disabled == Yes || f.Account.HasEntity == No:
		return sureIf(f.membershipSure(), "404-entity/own", errors.ErrNoPersonalEntity, notes...)
	case present && !f.ownName():
		return likely("404-entity/case", errors.ErrEntityMissing, notes...)
	case present:
		return undetermined("404-entity/contradiction", []error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing},
			append(notes, "the account says it has a personal entity, and the server does not find it")...)
	}
	return likely("404-entity/own", errors.ErrNoPersonalEntity, notes...)
}

func decideProjectNotFound(f *Findings) Verdict {
	if v, ok := badKey("404-project/key", f); ok {
		return v
	}
	if f.Who.Viewer == nil {
		return undetermined("404-project/unanswered", []error{errors.ErrProjectMissing, errors.ErrNotTeamMember})
	}
	if f.Project.answered() {
		return undetermined("404-project/visible", []error{errors.ErrProjectMissing, errors.ErrProjectRestricted},
			"the project is visible now (readOnly is "+f.Project.ReadOnly.String()+"); it may just have been created or renamed")
	}
	switch f.inTeam() {
	case No:
		switch {
		case f.personal() && f.Account.Disabled == Yes:
			return likely("404-project/own", errors.ErrNoPersonalEntity)
		case f.personal():
			return undetermined("404-project/own", []error{errors.ErrProjectMissing, errors.ErrNoPersonalEntity})
		case f.Team.ReadOnly == No:
			return undetermined("404-project/outsider-writes", []error{errors.ErrProjectMissing},
				"you are not listed as a member, yet the entity is writable for you")
		case f.serviceAccount():
			return likely("404-project/service", errors.ErrServiceAccountScope)
		}
		return likely("404-project/outsider", errors.ErrNotTeamMember,
			append(f.organizationNotes(), "the project does not exist there, or is hidden from you")...)
	case Yes:
		switch f.Team.ReadOnly {
		case No:
			if f.ownName() && !f.Team.IsTeam {
				return undetermined("404-project/own", []error{errors.ErrProjectMissing}, "nobody could hide a project of your own entity from you")
			}
			return likely("404-project/member", errors.ErrProjectHidden)
		case Yes:
			return undetermined("404-project/read-only", []error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrViewerRole},
				f.readOnlyNote())
		default:
			return undetermined("404-project/entity-unknown", []error{errors.ErrProjectMissing, errors.ErrProjectRestricted})
		}
	default:
		return undetermined("404-project/teams-unknown", []error{errors.ErrProjectMissing, errors.ErrNotTeamMember})
	}
}

// decideProjectNull reads an answer in which the project is null. That the
// server shows none to this key is certain; for those outside the team the
// likeliest reason is that they are outside.
func decideProjectNull(f *Findings) Verdict {
	switch {
	case f.Who.empty(), f.Who.Unauthorized:
		return certain("null-project/key", errors.ErrBadAPIKey)
	case f.Project.answered():
		return undetermined("null-project/visible", []error{errors.ErrProjectMissing}, "the project is visible now; it may just have been created")
	case f.Who.Viewer != nil && f.inTeam() == No && !f.ownNameFolded() && f.Team.ReadOnly != No:
		if f.serviceAccount() {
			return likely("null-project/service", errors.ErrServiceAccountScope)
		}
		return likely("null-project/outsider", errors.ErrNotTeamMember, "the project does not exist there, or is hidden from you")
	default:
		return certain("null-project/missing", errors.ErrProjectMissing)
	}
}

// policyNote says what else can shut members out, which no question finds out.
const policyNote = "a policy of the organization may be at work, such as organization-scoped keys, or the account may be deactivated"

// organizationNotes says so where the entity is an organization.
func (f *Findings) organizationNotes() []string {
	if f.Kind.EntityType != "organization" {
		return nil
	}
	return []string{quote(f.Entity) + " is an organization; runs go to one of its teams"}
}

func (f *Findings) readOnlyNote() string {
	if f.Role.Name != "" {
		return "the team is read-only for you (your role: " + f.Role.Name + ")"
	}
	return "the team is read-only for you"
}

func (f *Findings) serviceAccount() bool {
	v := f.Who.Viewer
	return v != nil && (v.AccountType == "SERVICE" || v.AccountType == "ORG_SERVICE")
}
