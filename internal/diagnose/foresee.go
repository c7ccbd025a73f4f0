package diagnose

import "github.com/wandgo/wandgo/errors"

// Decision answers "may I?".
type Decision int

// The three answers.
const (
	// Open: the evidence does not decide.
	Open Decision = iota
	// Allow: the server would let it pass, as far as it tells.
	Allow
	// Deny: the server would refuse.
	Deny
)

// Outlook is what would come of creating a run.
type Outlook struct {
	Decision Decision
	// Verdict holds the cause of a Deny, the candidates of an Open, and for all
	// three the confidence and the notes.
	Verdict
}

// Foresee says from the findings alone whether a run could be created. It reads
// the tables of [Decide] forward. Even an Allow is only advice: the server
// decides when the run is created.
func Foresee(q Question, f *Findings) Outlook {
	o := foresee(q, f)
	o.Verdict = f.temper(o.Verdict)
	return o
}

func foresee(q Question, f *Findings) Outlook {
	if f.Who.empty() || f.Who.Unauthorized {
		return deny(certain("check/key", errors.ErrBadAPIKey))
	}
	v := f.Who.Viewer
	if v == nil {
		candidates := candidatesWithoutViewer(f)
		if f.mute() {
			candidates = append([]error{errors.ErrIntermediary}, candidates...)
		}
		return Outlook{Verdict: undetermined("check/15", candidates, "the server did not say whose key this is")}
	}
	if v.AccountType == "ANONYMOUS" && f.Team.ReadOnly != No {
		return deny(certain("check/2", errors.ErrAnonymousKey))
	}
	switch f.inTeam() {
	case Yes:
		return foreseeMember(q, f)
	case No:
		return foreseeOutsider(f)
	}
	if f.twin() != "" && f.Team.empty() {
		return deny(undetermined("check/case", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server shows no entity of this very name to you"))
	}
	return Outlook{Verdict: undetermined("check/15", candidatesWithoutViewer(f), f.teamsNotes()...)}
}

func foreseeMember(q Question, f *Findings) Outlook {
	switch {
	case f.Team.ReadOnly == Yes && f.Project.answered() && f.Project.ReadOnly == No:
		// An Open project takes runs from everybody; whether from a member who
		// may only look as well, nobody has documented.
		return Outlook{Verdict: undetermined("check/open", []error{errors.ErrViewerRole, errors.ErrSeatRequired},
			"the team is read-only for you, and the project is open to everybody")}
	case f.Team.ReadOnly == Yes:
		return deny(decideMember(f))
	case f.Team.ReadOnly == Unknown:
		return Outlook{Verdict: decideMember(f)}
	case f.Project.answered() && f.Project.ReadOnly == Yes:
		return deny(decideMember(f))
	case f.seat() == seatLacking:
		return deny(likely("check/seat", errors.ErrSeatRequired, seatNote(f)))
	case f.Who.Viewer.AccountType == "VIEWER":
		return deny(likely("check/10", errors.ErrViewerRole, "your account is of the view-only type"))
	case f.Project.answered() && f.Project.ReadOnly == No:
		return allow()
	case q.Project == "":
		return allow("no project was named")
	case f.Project.empty():
		return allow("the project does not exist and would be created; or it is Restricted and hidden from you, and the run would be refused")
	}
	return allow("the server did not say whether the project is writable for you")
}

func foreseeOutsider(f *Findings) Outlook {
	switch {
	case f.personal() && f.Team.ReadOnly == No && f.Account.Disabled != Yes:
		if f.Project.answered() && f.Project.ReadOnly == Yes {
			return Outlook{Verdict: undetermined("check/own", []error{errors.ErrProjectRestricted})}
		}
		return allow()
	case f.personal(), f.ownNameFolded() && !f.Team.Shown:
		v := decideOwnName(f)
		if v.Cause != nil {
			return deny(v)
		}
		return Outlook{Verdict: v}
	case f.Project.answered() && f.Project.ReadOnly == No:
		return allow("you are not a member; the project is open to everybody")
	case f.Team.ReadOnly == No:
		return Outlook{Verdict: decideOutsider(f)}
	case f.Team.empty() && !f.Project.answered():
		return deny(undetermined("check/entity", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember},
			"the server shows no such entity to you: it does not exist, or it is hidden from those outside it"))
	case f.Team.answered() || f.Project.answered():
		return deny(decideOutsider(f))
	}
	return Outlook{Verdict: undetermined("check/15", []error{errors.ErrNotTeamMember, errors.ErrEntityMissing})}
}

func deny(v Verdict) Outlook { return Outlook{Decision: Deny, Verdict: v} }

// allow is Likely at most: no server says beforehand whether it will take a run,
// and none of these questions asks about a policy, a licence or a quota.
func allow(notes ...string) Outlook {
	return Outlook{Decision: Allow, Verdict: Verdict{Row: "check/allow", Confidence: errors.Likely, Notes: notes}}
}
