package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Verdict is the conclusion from the evidence.
type Verdict struct {
	// Cause is nil when Undetermined.
	Cause      error
	Confidence errors.Confidence
	// Candidates lists the possible causes if it is Undetermined.
	Candidates []error
	// Notes are facts for a person beside the cause.
	Notes []string
}

func certain(cause error, notes ...string) Verdict {
	return Verdict{Cause: cause, Confidence: errors.Certain, Notes: notes}
}

func likely(cause error, notes ...string) Verdict {
	return Verdict{Cause: cause, Confidence: errors.Likely, Notes: notes}
}

func undetermined(candidates []error, notes ...string) Verdict {
	return Verdict{Candidates: candidates, Notes: notes}
}

// sureIf is certain if sure holds, otherwise likely.
func sureIf(sure bool, cause error, notes ...string) Verdict {
	if sure {
		return certain(cause, notes...)
	}
	return likely(cause, notes...)
}

// Decide draws the conclusion from a refusal and the findings of the follow-up
// questions. It is a pure function: the same facts give the same verdict.
func Decide(r *Failure, f *Findings) Verdict {
	switch r.Class {
	case Intermediary:
		return sureIf(r.Sure, errors.ErrIntermediary)
	case StoreRefused:
		return sureIf(r.Sure, errors.ErrStoreRefused)
	case PaymentRequired:
		return undetermined([]error{errors.ErrSeatRequired},
			"the server asks for payment (HTTP 402): the account or its organization may have reached a limit")
	case IdentityRefused:
		return sureIf(r.Sure, errors.ErrBadAPIKey)
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
	case ProjectNull:
		return decideProjectNull(f)
	case ArtifactNull:
		return decideArtifactNull(f)
	}
	v := decideStatus(r, f)
	if r.Plain && f.nothingAnswered() {
		v.Candidates = append([]error{errors.ErrIntermediary}, v.Candidates...)
		v.Notes = append(v.Notes, "none of these responses shows a sign of W&B: something in between may refuse every request")
	}
	return v
}

// decideStatus reads a 403 or a 404.
func decideStatus(r *Failure, f *Findings) Verdict {
	switch {
	case f.keyUnknown(): // although the refusal was not a 401
		return likely(errors.ErrBadAPIKey, "the server recognises no account behind this key, although it did not answer with HTTP 401")
	case r.Class == EntityNotFound:
		return decideEntityNotFound(r, f)
	case r.Class == ProjectNotFound:
		return decideProjectNotFound(f)
	case r.Class == NotFound:
		return undetermined([]error{errors.ErrEntityMissing, errors.ErrProjectMissing})
	case r.Class == Forbidden && f.Registry:
		return decideRegistry(f)
	case r.Class == Forbidden:
		return decideForbidden(f)
	}
	return undetermined(nil)
}

func decideUnauthorized(f *Findings) Verdict {
	switch {
	case f.keyUnknown():
		return certain(errors.ErrBadAPIKey,
			"the response is the same for a revoked key, an unknown one and one of another server")
	case f.Who.Viewer != nil:
		return undetermined([]error{errors.ErrBadAPIKey},
			"the server accepted the key for reading but not for this write: a gateway may have answered one of the requests or changed its credentials")
	default:
		return likely(errors.ErrBadAPIKey)
	}
}

// decideEntityNotFound reads a 404 that says that the entity does not exist. That
// is a proof unless another response contradicts it.
func decideEntityNotFound(r *Failure, f *Findings) Verdict {
	if name := missingEntity(r.Message); name != "" && f.Entity != "" && !strings.EqualFold(name, f.Entity) {
		return undetermined([]error{errors.ErrEntityMissing},
			"the server says that "+quote(name)+" is missing, but the request names "+quote(f.Entity))
	}
	if f.isOrganization() {
		return certain(errors.ErrOrganizationEntity)
	}
	if f.ownNameFolded() && f.inTeam() != Yes && !f.Team.IsTeam {
		return decideOwnNameNotFound(f)
	}
	switch v := f.Who.Viewer; {
	case f.inTeam() == Yes:
		return undetermined([]error{errors.ErrEntityMissing, errors.ErrSeatRequired},
			"the server says that the entity does not exist, but lists you as a member; "+policyNote)
	case f.shown():
		return undetermined([]error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server says that the entity does not exist, but shows it; it may be new, or of a kind that cannot own runs")
	case v == nil:
		return likely(errors.ErrEntityMissing)
	case v.Teams != nil && len(v.Teams) == 0 && f.Account.HasEntity != Yes:
		return likely(errors.ErrNoTeam)
	}
	return sureIf(f.Team.empty() && f.membershipSure(), errors.ErrEntityMissing)
}

// decideOwnNameNotFound is for an entity with the name of the account.
func decideOwnNameNotFound(f *Findings) Verdict {
	present := f.Account.HasEntity == Yes && f.Account.Disabled != Yes
	switch {
	case f.Account.Disabled == Yes || f.Account.HasEntity == No:
		return sureIf(f.membershipSure(), errors.ErrNoPersonalEntity)
	case present && !f.ownName():
		return likely(errors.ErrEntityMissing)
	case present:
		return undetermined([]error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing},
			"the account has a personal entity, but the server does not find it")
	}
	return likely(errors.ErrNoPersonalEntity)
}

func decideProjectNotFound(f *Findings) Verdict {
	if f.Who.Viewer == nil {
		return undetermined([]error{errors.ErrProjectMissing, errors.ErrNotTeamMember})
	}
	if f.Project.answered() {
		return undetermined([]error{errors.ErrProjectMissing, errors.ErrProjectRestricted},
			"the project is visible now ("+f.Project.ReadOnly.access()+"); it may be new or renamed")
	}
	switch f.inTeam() {
	case No:
		switch {
		case f.personal() && f.Account.Disabled == Yes:
			return likely(errors.ErrNoPersonalEntity)
		case f.personal():
			return undetermined([]error{errors.ErrProjectMissing, errors.ErrNoPersonalEntity})
		case f.Team.ReadOnly == No:
			return undetermined([]error{errors.ErrProjectMissing},
				"you are not listed as a member, but the entity is writable for you")
		}
		return decideHiddenProject(f)
	case Yes:
		switch f.Team.ReadOnly {
		case No:
			if f.ownName() && !f.Team.IsTeam {
				return undetermined([]error{errors.ErrProjectMissing}, "a project of your own entity cannot be hidden from you")
			}
			return likely(errors.ErrProjectHidden)
		case Yes:
			return undetermined([]error{errors.ErrProjectMissing, errors.ErrProjectRestricted, errors.ErrViewerRole},
				f.readOnlyNote())
		default:
			return undetermined([]error{errors.ErrProjectMissing, errors.ErrProjectRestricted})
		}
	default:
		return undetermined([]error{errors.ErrProjectMissing, errors.ErrNotTeamMember})
	}
}

// decideProjectNull reads a response in which the project is null. It is certain
// that the server does not show the project to this key. For an account outside
// the team, membership is the likeliest reason.
func decideProjectNull(f *Findings) Verdict {
	switch {
	case f.keyUnknown():
		return certain(errors.ErrBadAPIKey)
	case f.Project.answered():
		return undetermined([]error{errors.ErrProjectMissing}, "the project is visible now; it may be new")
	case f.Who.Viewer != nil && f.inTeam() == No && !f.ownNameFolded() && f.Team.ReadOnly != No:
		return decideHiddenProject(f)
	default:
		return certain(errors.ErrProjectMissing)
	}
}

// decideHiddenProject is for a project that the server does not show to an account outside
// the team.
func decideHiddenProject(f *Findings) Verdict {
	switch {
	case f.serviceAccount():
		return likely(errors.ErrServiceAccountScope)
	case f.isOrganization():
		return certain(errors.ErrOrganizationEntity)
	}
	return likely(errors.ErrNotTeamMember, "the project does not exist or is hidden from you")
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
