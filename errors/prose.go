package errors

import (
	"slices"
	"strings"
)

// prose is what there is to say about one cause of a refusal.
type prose struct {
	// clause says it in a part of a sentence; probably is "" or "probably ".
	clause func(e *PermissionError, probably string) string
	// phrase names it in a few words that follow "may be".
	phrase func(e *PermissionError) string
	// about gives the background in one or two sentences.
	about func(e *PermissionError) string
	// check says how a person can find out whether this is it.
	check func(e *PermissionError) string
	// advise says what to do.
	advise func(e *PermissionError, a *advice)
}

// advice is what to do next: steps, the last of which introduces end.
type advice struct {
	steps []string
	// end is the command to type or the address to open.
	end string
}

func (a *advice) step(parts ...string) { a.steps = append(a.steps, strings.Join(parts, "")) }

// proseOf returns what there is to say about a cause, which may be wrapped.
func proseOf(cause error) (prose, bool) {
	s, ok := AsType[*Sentinel](cause)
	if !ok || s == nil {
		return prose{}, false
	}
	switch s {
	case ErrBadAPIKey:
		return badAPIKeyProse, true
	case ErrNoAPIKey:
		return noAPIKeyProse, true
	case ErrAnonymousKey:
		return anonymousKeyProse, true
	case ErrNotTeamMember:
		return notTeamMemberProse, true
	case ErrViewerRole:
		return viewerRoleProse, true
	case ErrProjectMissing:
		return projectMissingProse, true
	case ErrEntityMissing:
		return entityMissingProse, true
	case ErrNoPersonalEntity:
		return noPersonalEntityProse, true
	case ErrNoTeam:
		return noTeamProse, true
	case ErrProjectRestricted:
		return projectRestrictedProse, true
	case ErrProjectHidden:
		return projectHiddenProse, true
	case ErrTeamFrozen:
		return teamFrozenProse, true
	case ErrSeatRequired:
		return seatRequiredProse, true
	case ErrServiceAccountScope:
		return serviceAccountScopeProse, true
	case ErrIntermediary:
		return intermediaryProse, true
	}
	return prose{}, false
}

// words is a phrase that is the same for every refusal.
func words(text string) func(*PermissionError) string {
	return func(*PermissionError) string { return text }
}

// ownEntity picks an entity of the user's own to log to instead, or "".
func (e *PermissionError) ownEntity() string {
	if e.Viewer == nil {
		return ""
	}
	other := func(name string) bool { return name != "" && name != e.Entity }
	if i := slices.IndexFunc(e.Suggestions, other); i >= 0 {
		return e.Suggestions[i]
	}
	if own := e.Viewer.DefaultEntity; other(own) && slices.Contains(e.Viewer.Teams, own) {
		return own
	}
	if i := slices.IndexFunc(e.Viewer.Teams, other); i >= 0 {
		return e.Viewer.Teams[i]
	}
	return ""
}

// adviseOwnEntity ends the advice with the command that names an entity of the
// user's own, if there is one.
func (e *PermissionError) adviseOwnEntity(a *advice) bool {
	own := e.ownEntity()
	if own == "" {
		return false
	}
	if e.place().syncing() {
		return true // adviseSync says how
	}
	if e.EntityDefaulted {
		a.step("Name the entity to log to, such as your own ", quoted(own), ", in the code or with:")
	} else {
		a.step("To log to your own ", quoted(own), " instead, change the entity where the code or its ",
			"configuration names it. If neither does, this is enough:")
	}
	a.end = "export WANDB_ENTITY=" + shellWord(own)
	return true
}

// adviseOtherKey says what to do when the key is another account's.
func (e *PermissionError) adviseOtherKey(a *advice) {
	if e.Viewer == nil || e.Viewer.Username == "" {
		return
	}
	source := "use the key of the right one"
	if from := inline(e.KeySource, messageLimit); from != "" && e.federated() {
		source = "replace the " + from
	} else if from != "" {
		source = "replace the key, which came from " + from
	}
	a.step("If ", quoted(e.Viewer.Username), " is not the account you meant, ", source, ".")
}

// advisePage ends the advice with the web page of an entity or a project.
func (e *PermissionError) advisePage(a *advice, lead string, parts ...string) {
	page := e.place().page(parts...)
	if page == "" {
		e.adviseDoctor(a)
		return
	}
	a.step(lead)
	a.end = page
}

// adviseDoctor ends the advice with the command that looks further.
func (e *PermissionError) adviseDoctor(a *advice) {
	a.step("See what this key may do, and write a report without secrets to show to others:")
	a.end = "wandgo doctor --report"
}
