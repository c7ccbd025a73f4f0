package diagnose

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// keyUnknown reports whether the server shows no account behind the key.
func (f *Findings) keyUnknown() bool { return f.Who.empty() || f.Who.Unauthorized }

// name is the entity's name as the server spells it, or else as the request
// does. Servers may ignore case when they look an entity up, but membership
// depends on the exact name.
func (f *Findings) name() string {
	if f.Team.Name != "" {
		return f.Team.Name
	}
	return f.Entity
}

// username is the account's name, "" if it is not known.
func (f *Findings) username() string {
	if f.Who.Viewer == nil {
		return ""
	}
	return f.Who.Viewer.Username
}

// listed reports whether the server listed the entity among the viewer's teams.
func (f *Findings) listed() bool {
	return f.Who.Viewer != nil && slices.Contains(f.Who.Viewer.Teams, f.name())
}

// shown reports whether the server showed the entity when asked for it.
func (f *Findings) shown() bool {
	return f.Team.Shown || f.Kind.answered() || f.Role.answered() || f.Seat.answered()
}

// inTeam reports whether the viewer is a member of the entity as a team. A
// personal entity is not a team. The result is Unknown if the list of teams is
// missing, or if the name differs only in case from a listed one and the server
// did not show its spelling. A No may be wrong if the list is incomplete; see
// membershipSure.
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

// excluded reports whether the server showed a list of members that would have to
// contain the viewer, but does not. An organization's service accounts work in
// teams that do not list them.
func (f *Findings) excluded() bool {
	v := f.Who.Viewer
	return f.Role.answered() && (!f.Role.Listed || f.Role.Pending) &&
		v != nil && v.Username != "" && v.AccountType != "ORG_SERVICE"
}

// membershipSure reports whether a No of inTeam is certain. If the viewer's name
// is unknown, an entity that is not shown to be a team may be the viewer's own.
func (f *Findings) membershipSure() bool {
	v := f.Who.Viewer
	if v == nil || f.inTeam() != No || v.Username == "" && !f.Team.IsTeam {
		return false
	}
	return f.excluded() || f.caseVariant() == "" && v.Teams != nil && v.TeamsComplete
}

// accountKnown reports whether the server disclosed the kind of account. Null says that it
// does not know the kind.
func (f *Findings) accountKnown() bool {
	return f.Who.Viewer != nil && f.Who.Viewer.AccountType != ""
}

// ownName reports whether the entity has the viewer's user name, exactly.
func (f *Findings) ownName() bool { return f.username() != "" && f.username() == f.name() }

// ownNameFolded is ownName without regard to case.
func (f *Findings) ownNameFolded() bool {
	return f.username() != "" && strings.EqualFold(f.username(), f.name())
}

// personal reports whether the entity is the viewer's personal entity: it has the
// account's name and is not a team. The list of members is not used, because it
// contains the owner even if the personal entity is disabled.
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

// caseVariant returns the viewer's entity or user name that differs from the
// requested one only in case, or "" if none does or one is equal. It is not
// documented whether servers treat the two as the same.
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

// capAtLikely lowers the confidence of a verdict to Likely, with a note, if the
// entity's name differs only in case from one of the viewer's. A list of members
// without the viewer proves that it is another entity.
func (f *Findings) capAtLikely(v Verdict) Verdict {
	variant := f.caseVariant()
	if variant == "" || errors.Is(v.Cause, errors.ErrBadAPIKey) || errors.Is(v.Cause, errors.ErrIntermediary) {
		return v
	}
	if !f.excluded() {
		v.Confidence = min(v.Confidence, errors.Likely)
	}
	v.Notes = append(v.Notes, quote(f.Entity)+" differs only in case from your own "+quote(variant))
	return v
}

// suggestions are the viewer's entities that resemble the requested one. One that
// differs only in case comes first.
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
