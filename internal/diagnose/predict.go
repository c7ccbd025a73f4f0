package diagnose

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

// Decision is the answer to "may I?".
type Decision int

// The three decisions.
const (
	// Open: the findings do not decide.
	Open Decision = iota
	// Allow: as far as the findings show, the server would accept it.
	Allow
	// Deny: the server would refuse.
	Deny
)

// Prediction is what is expected to happen if it is tried.
type Prediction struct {
	Decision Decision
	// Verdict holds the confidence and the notes, the cause of a Deny, and the
	// candidates of an Open.
	Verdict
}

// Predict decides from the findings alone whether the question's operation would
// be allowed: creating a run, reading a project, or something with an artifact. It reads the tables of
// [Decide] forwards. Even an Allow is only advice, because the server decides when
// it is tried.
func Predict(q Question, f *Findings) Prediction {
	p := predict(q, f)
	if _, alias, _ := strings.Cut(q.Artifact, ":"); p.Decision == Allow && protectable(q.Op, alias) {
		p.Notes = append(p.Notes, "it is not known whether the alias "+quote(alias)+" is protected: servers do not disclose that in advance")
	}
	p.Verdict = f.capAtLikely(p.Verdict)
	return p
}

// protectable reports whether an operation assigns an alias that may be protected.
func protectable(op Op, alias string) bool {
	return (op == OpLogArtifact || op == OpLinkArtifact) && alias != "" && alias != "latest" && !manifest.IsVersion(alias)
}

func predict(q Question, f *Findings) Prediction {
	if f.keyUnknown() {
		return deny(certain(errors.ErrBadAPIKey))
	}
	if cause := f.stated(); cause != nil {
		return deny(likely(cause, "the server says so in response to a question about the entity"))
	}
	switch {
	case q.Op == OpReadProject:
		return predictRead(q, f)
	case q.Op.readsArtifact():
		return predictReadArtifact(q, f)
	case f.Registry:
		return predictRegistry(f)
	}
	v := f.Who.Viewer
	if q.Entity == "" && v != nil && v.DefaultEntity == "" {
		return deny(decideNoDefault(f))
	}
	if v == nil {
		candidates := candidatesWithoutViewer(f)
		if f.nothingAnswered() {
			candidates = append([]error{errors.ErrIntermediary}, candidates...)
		}
		return Prediction{Verdict: undetermined(candidates, "the server did not disclose the account behind the key")}
	}
	if v.AccountType == "ANONYMOUS" && f.Team.ReadOnly != No {
		return deny(certain(errors.ErrAnonymousKey))
	}
	switch f.inTeam() {
	case Yes:
		return predictMember(q, f)
	case No:
		return predictOutsider(f)
	}
	if f.caseVariant() != "" && f.Team.empty() {
		return deny(undetermined([]error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server shows you no entity of exactly this name"))
	}
	return Prediction{Verdict: undetermined(candidatesWithoutViewer(f), f.teamsNotes()...)}
}

// predictRead decides whether the project, or the entity if none is named, can
// be read. Servers show what can be read and answer null otherwise.
func predictRead(q Question, f *Findings) Prediction {
	switch {
	case q.Project == "" && f.Team.Shown, f.Project.answered():
		return allow()
	case q.Project == "" && f.Team.empty():
		return deny(undetermined([]error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server shows you no such entity: it does not exist, or is hidden from you"))
	case f.Project.empty():
		return deny(decideProjectNull(f))
	}
	return Prediction{Verdict: undetermined([]error{errors.ErrProjectMissing, errors.ErrNotTeamMember})}
}

func predictMember(q Question, f *Findings) Prediction {
	switch {
	case f.Team.ReadOnly == Yes && f.projectReadOnly() == No:
		// An open project accepts runs from everyone. It is not documented whether
		// that includes view-only members.
		return Prediction{Verdict: undetermined([]error{errors.ErrViewerRole, errors.ErrSeatRequired},
			"the team is read-only for you, and the project is open to everyone")}
	case f.Team.ReadOnly == Yes:
		return deny(decideMember(f))
	case f.Team.ReadOnly == Unknown:
		return Prediction{Verdict: decideMember(f)}
	case f.projectReadOnly() == Yes:
		return deny(decideMember(f))
	case f.seatWrites() == No:
		return deny(likely(errors.ErrSeatRequired, seatNote(f)))
	case f.Who.Viewer.AccountType == "VIEWER":
		return deny(likely(errors.ErrViewerRole, "your account is of the view-only type"))
	case f.projectReadOnly() == No:
		return allow()
	case q.Project == "":
		return allow("no project was named")
	case f.Project.empty():
		return allow("the server shows no such project: the run creates it, unless it exists and is hidden from you, which refuses the run")
	}
	return allow("the server did not disclose whether the project is writable for you")
}

func predictOutsider(f *Findings) Prediction {
	switch {
	case f.personal() && f.Team.ReadOnly == No && f.Account.Disabled != Yes:
		if f.projectReadOnly() == Yes {
			return Prediction{Verdict: undetermined([]error{errors.ErrProjectRestricted})}
		}
		return allow()
	case f.personal(), f.ownNameFolded() && !f.Team.Shown:
		v := decideOwnName(f)
		if v.Cause != nil {
			return deny(v)
		}
		return Prediction{Verdict: v}
	case f.projectReadOnly() == No:
		return allow("you are not a member, but the project is open to everyone")
	case f.Team.ReadOnly == No:
		return Prediction{Verdict: decideOutsider(f)}
	case (f.Team.empty() || missingEntity(f.Team.Detail) != "") && !f.Project.answered():
		return deny(predictNoEntity(f))
	case f.Team.answered() || f.Project.answered():
		return deny(decideOutsider(f))
	}
	return Prediction{Verdict: undetermined([]error{errors.ErrNotTeamMember, errors.ErrEntityMissing})}
}

// predictNoEntity is for an entity that the server does not show to an account outside it.
// It says the same of one that is hidden from non-members, unless it states which; only the
// refusal of a run tells the two apart for certain.
func predictNoEntity(f *Findings) Verdict {
	const note = "the server shows you no such entity: it does not exist, or is hidden from non-members"
	switch {
	case f.isOrganization():
		return certain(errors.ErrOrganizationEntity)
	case missingEntity(f.Team.Detail) != "" && f.membershipSure():
		return certain(errors.ErrEntityMissing)
	case f.membershipSure() && !f.serviceAccount():
		return likely(errors.ErrEntityMissing) // its text says the rest
	}
	return undetermined([]error{errors.ErrEntityMissing, errors.ErrNotTeamMember}, note)
}

func deny(v Verdict) Prediction { return Prediction{Decision: Deny, Verdict: v} }

// allow is at most Likely: servers do not say in advance whether they will accept
// a run, and no question covers policies, licences or quotas.
func allow(notes ...string) Prediction {
	return Prediction{Decision: Allow, Verdict: Verdict{Confidence: errors.Likely, Notes: notes}}
}
