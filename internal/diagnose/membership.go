package diagnose

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// name is the entity's name as the server spells it, or else as it was asked
// for. Servers may find an entity whatever the case of the name; membership is
// a matter of the true name.
func (f *Findings) name() string {
	if f.Team.Name != "" {
		return f.Team.Name
	}
	return f.Entity
}

// listed reports whether the entity is among the teams of the viewer, as far as
// the server listed them.
func (f *Findings) listed() bool {
	return f.Who.Viewer != nil && slices.Contains(f.Who.Viewer.Teams, f.name())
}

// shown reports whether the server showed the entity when asked for it.
func (f *Findings) shown() bool {
	return f.Team.Shown || f.Kind.answered() || f.Role.answered() || f.Seat.answered()
}

// inTeam reports whether the viewer belongs to the entity as to a team; one's
// own personal entity is none. It is Unknown where the list of teams is
// missing, and where the name differs from a listed one in case alone and the
// server did not say how it is spelt. A No may be wrong where the list was cut;
// see membershipSure.
func (f *Findings) inTeam() Tri {
	v := f.Who.Viewer
	switch {
	case f.personal():
		return No
	case f.Role.answered() && f.Role.Listed && !f.Role.Pending:
		return Yes
	case v == nil:
		return Unknown
	case f.listed():
		return Yes
	case f.excluded():
		return No
	case v.Teams == nil:
		return Unknown
	case f.caseVariant() != "" && f.Team.Name == "":
		return Unknown
	}
	return No
}

// excluded reports whether the server showed a list of members in which the
// viewer would have to be, and is not. Service accounts of an organization work
// in teams that do not list them.
func (f *Findings) excluded() bool {
	v := f.Who.Viewer
	return f.Role.answered() && (!f.Role.Listed || f.Role.Pending) &&
		v != nil && v.Username != "" && v.AccountType != "ORG_SERVICE"
}

// membershipSure reports whether a No of inTeam is beyond doubt. Without the
// viewer's name, what is not shown to be a team may be the viewer's own.
func (f *Findings) membershipSure() bool {
	v := f.Who.Viewer
	if v == nil || f.inTeam() != No || v.Username == "" && !f.Team.IsTeam {
		return false
	}
	return f.excluded() || f.caseVariant() == "" && v.Teams != nil && v.TeamsComplete
}

// accountKnown reports whether the server said what kind of account it is, or
// that there is nothing to say; not where it refused to.
func (f *Findings) accountKnown() bool {
	return f.Who.Viewer != nil && (f.Who.Viewer.AccountType != "" || f.Who.answered())
}

// ownName reports whether the entity has the viewer's user name, exactly.
func (f *Findings) ownName() bool {
	return f.Who.Viewer != nil && f.Who.Viewer.Username != "" && f.Who.Viewer.Username == f.name()
}

// ownNameFolded is ownName without regard to case.
func (f *Findings) ownNameFolded() bool {
	return f.Who.Viewer != nil && f.Who.Viewer.Username != "" && strings.EqualFold(f.Who.Viewer.Username, f.name())
}

// personal reports whether the entity is the viewer's own: it has the name of
// the account and is no team. The list of members does not count, as it holds
// the owner of a personal entity, disabled or not.
func (f *Findings) personal() bool {
	switch {
	case !f.ownName():
		return false
	case f.Team.Shown && f.Team.IsTeam:
		return false
	case !f.listed():
		return f.Team.Shown || f.Who.Viewer.Teams != nil
	}
	// Servers list an enabled personal entity among the teams.
	return f.Team.Shown && f.Account.Disabled == Yes
}

// caseVariant returns the viewer's own entity, or user name, that differs from what was
// asked for in case alone; "" where there is none or one has the very name.
// Nobody documents whether servers tell the two apart.
func (f *Findings) caseVariant() string {
	v, name := f.Who.Viewer, f.name()
	if v == nil || name == "" || f.listed() || f.ownName() {
		return ""
	}
	for _, own := range v.Teams {
		if strings.EqualFold(own, name) {
			return own
		}
	}
	if strings.EqualFold(v.Username, name) {
		return v.Username
	}
	return ""
}

// capAtLikely takes the certainty out of a verdict about an entity whose name
// differs in case alone from one of the viewer's own, and says so. A list of
// members without the viewer settles that it is another entity.
func (f *Findings) capAtLikely(v Verdict) Verdict {
	variant := f.caseVariant()
	if variant == "" || errors.Is(v.Cause, errors.ErrBadAPIKey) || errors.Is(v.Cause, errors.ErrIntermediary) {
		return v
	}
	if !f.excluded() {
		v.Confidence = min(v.Confidence, errors.Likely)
	}
	v.Notes = append(v.Notes, quote(f.Entity)+" differs in case alone from your own "+quote(variant))
	return v
}

// suggestions are the viewer's own entities that resemble what was asked for,
// the one that differs in case alone before all others.
func (f *Findings) suggestions() []string {
	v := f.Who.Viewer
	if v == nil || f.inTeam() == Yes {
		return nil
	}
	own := v.Teams
	if f.Account.HasEntity == Yes && f.Account.Disabled != Yes && !f.ownName() && !slices.Contains(own, v.Username) {
		own = append(slices.Clip(own), v.Username)
	}
	if variant := f.caseVariant(); slices.Contains(own, variant) {
		own = append([]string{variant}, own...)
	}
	return errors.Suggest(f.Entity, own)
}
