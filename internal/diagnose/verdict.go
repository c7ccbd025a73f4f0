package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Verdict is the conclusion from the evidence.
type Verdict struct {
	// Row names the row of the decision table that was applied, such as "403/6".
	// Tests and bug reports refer to it.
	Row string
	// Cause is nil when Undetermined.
	Cause      error
	Confidence errors.Confidence
	// Candidates lists the possible causes if it is Undetermined.
	Candidates []error
	// Notes are facts for a person beside the cause.
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

// sureIf is certain if sure holds, otherwise likely.
func sureIf(sure bool, row string, cause error, notes ...string) Verdict {
	if sure {
		return certain(row, cause, notes...)
	}
	return likely(row, cause, notes...)
}

// Decide draws the conclusion from a refusal and the findings of the follow-up
// questions. It is a pure function: the same facts give the same verdict.
func Decide(r *Failure, f *Findings) Verdict {
	switch r.Class {
	case Intermediary:
		return sureIf(r.Sure, "not-w&b", errors.ErrIntermediary)
	case StoreRefused:
		return sureIf(r.Sure, "store", errors.ErrStoreRefused)
	case PaymentRequired:
		return undetermined("402", []error{errors.ErrSeatRequired},
			"the server asks for payment (HTTP 402): the account or its organization may have reached a limit")
	case IdentityRefused:
		return sureIf(r.Sure, "identity", errors.ErrBadAPIKey)
	case Unauthorized:
		return decideUnauthorized(f)
	default:
		return f.capAtLikely(decideAbout(r, f))
	}
}

// decideAbout draws the conclusion if it depends on the entity.
func decideAbout(r *Failure, f *Findings) Verdict {
	switch r.Class {
	case Stated:
		return decideStated(statedBy(r.Message), f)
	case EntityNotFound:
		return decideEntityNotFound(r, f)
	case ProjectNotFound:
		return decideProjectNotFound(f)
	case ProjectNull:
		return decideProjectNull(f)
	case ArtifactNull:
		return decideArtifactNull(f)
	case NotFound:
		if v, ok := badKey("404/key", f); ok {
			return v
		}
		return undetermined("404/other", []error{errors.ErrEntityMissing, errors.ErrProjectMissing})
	case Forbidden:
		v := decideForbidden(f)
		if f.Registry {
			v = decideRegistry(f)
		}
		if r.Plain && f.nothingAnswered() {
			v.Candidates = append([]error{errors.ErrIntermediary}, v.Candidates...)
			v.Notes = append(v.Notes, "none of these responses shows a sign of W&B: something in between may refuse every request")
		}
		return v
	default:
		return undetermined("unknown", nil)
	}
}

// badKey is the verdict if the server shows no account for the key although the
// refusal was not a 401.
func badKey(row string, f *Findings) (Verdict, bool) {
	if f.Who.empty() || f.Who.Unauthorized {
		return likely(row, errors.ErrBadAPIKey,
			"the server recognises no account behind this key, although it did not answer with HTTP 401"), true
	}
	return Verdict{}, false
}

func decideUnauthorized(f *Findings) Verdict {
	switch {
	case f.Who.empty(), f.Who.Unauthorized:
		return certain("401/null", errors.ErrBadAPIKey,
			"the response is the same for a revoked key, an unknown one and one of another server")
	case f.Who.Viewer != nil:
		return undetermined("401/viewer", []error{errors.ErrBadAPIKey},
			"the server accepted the key for reading but not for this write: a gateway may have answered one of the requests or changed its credentials")
	default:
		return likely("401/unanswered", errors.ErrBadAPIKey)
	}
}

// decideEntityNotFound reads a 404 that says that the entity does not exist. That
// is a proof unless another response contradicts it.
func decideEntityNotFound(r *Failure, f *Findings) Verdict {
	if v, ok := badKey("404-entity/key", f); ok {
		return v
	}
	if name := missingEntity(r.Message); name != "" && f.Entity != "" && !strings.EqualFold(name, f.Entity) {
		return undetermined("404-entity/other-name", []error{errors.ErrEntityMissing},
			"the server says that "+quote(name)+" is missing, but the request names "+quote(f.Entity))
	}
	if f.isOrganization() {
		return certain("404-entity/organization", errors.ErrOrganizationEntity)
	}
	if f.ownNameFolded() && f.inTeam() != Yes && !f.Team.IsTeam {
		return decideOwnNameNotFound(f)
	}
	switch v := f.Who.Viewer; {
	case f.inTeam() == Yes:
		return undetermined("404-entity/member", []error{errors.ErrEntityMissing, errors.ErrSeatRequired},
			"the server says that the entity does not exist, but lists you as a member; "+policyNote)
	case f.shown():
		return undetermined("404-entity/visible", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server says that the entity does not exist, but shows it; it may be new, or of a kind that cannot own runs")
	case v == nil:
		return likely("404-entity/unanswered", errors.ErrEntityMissing)
	case v.Teams != nil && len(v.Teams) == 0 && f.Account.HasEntity != Yes:
		return likely("404-entity/no-team", errors.ErrNoTeam)
	}
	return sureIf(f.Team.empty() && f.membershipSure(), "404-entity/else", errors.ErrEntityMissing)
}

// decideOwnNameNotFound is for an entity with the name of the account.
func decideOwnNameNotFound(f *Findings) Verdict {
	present := f.Account.HasEntity == Yes && f.Account.Disabled != Yes
	switch {
	case f.Account.Disabled == Yes || f.Account.HasEntity == No:
		return sureIf(f.membershipSure(), "404-entity/own", errors.ErrNoPersonalEntity)
	case present && !f.ownName():
		return likely("404-entity/case", errors.ErrEntityMissing)
	case present:
		return undetermined("404-entity/contradiction", []error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing},
			"the account has a personal entity, but the server does not find it")
	}
	return likely("404-entity/own", errors.ErrNoPersonalEntity)
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
			"the project is visible now ("+f.Project.ReadOnly.access()+"); it may be new or renamed")
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
				"you are not listed as a member, but the entity is writable for you")
		case f.serviceAccount():
			return likely("404-project/service", errors.ErrServiceAccountScope)
		}
		if f.isOrganization() {
			return certain("404-project/organization", errors.ErrOrganizationEntity)
		}
		return likely("404-project/outsider", errors.ErrNotTeamMember, "the project does not exist or is hidden from you")
	case Yes:
		switch f.Team.ReadOnly {
		case No:
			if f.ownName() && !f.Team.IsTeam {
				return undetermined("404-project/own", []error{errors.ErrProjectMissing}, "a project of your own entity cannot be hidden from you")
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

// decideProjectNull reads a response in which the project is null. It is certain
// that the server does not show the project to this key. For an account outside
// the team, membership is the likeliest reason.
func decideProjectNull(f *Findings) Verdict {
	switch {
	case f.Who.empty(), f.Who.Unauthorized:
		return certain("null-project/key", errors.ErrBadAPIKey)
	case f.Project.answered():
		return undetermined("null-project/visible", []error{errors.ErrProjectMissing}, "the project is visible now; it may be new")
	case f.Who.Viewer != nil && f.inTeam() == No && !f.ownNameFolded() && f.Team.ReadOnly != No:
		if f.serviceAccount() {
			return likely("null-project/service", errors.ErrServiceAccountScope)
		}
		if f.isOrganization() {
			return certain("null-project/organization", errors.ErrOrganizationEntity)
		}
		return likely("null-project/outsider", errors.ErrNotTeamMember, "the project does not exist or is hidden from you")
	default:
		return certain("null-project/missing", errors.ErrProjectMissing)
	}
}

// policyNote names reasons for a refusal that no question finds out.
const policyNote = "a policy of the organization, such as organization-scoped keys, may apply, or the account may be deactivated"

// isOrganization reports whether the entity is an organization, as the server says.
func (f *Findings) isOrganization() bool { return f.Kind.EntityType == "organization" }

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
