package errors

import (
	"slices"
	"strings"
)

// prose is the text about one cause of a refusal.
type prose struct {
	// clause is part of a sentence; probably is "" or "probably ".
	clause func(e *PermissionError, probably string) string
	// phrase is a few words that follow "may be".
	phrase func(e *PermissionError) string
	// about gives the background in one or two sentences.
	about func(e *PermissionError) string
	// check says how a person finds out whether this is the cause.
	check func(e *PermissionError) string
	// advise says what to do.
	advise func(e *PermissionError, a *advice)
}

// advice is what to do, in steps. The step that solves the problem comes first.
type advice struct {
	steps []step
	// entity is the one that a step with a sync command names, "" if none does.
	entity string
}

type step struct {
	text string
	// command is what to type or the address to open, on a line of its own; "" if
	// there is none.
	command string
}

// step adds a step. A copy of it in each of its many callers would be 30 KB.
//
//go:noinline
func (a *advice) step(parts ...string) {
	a.steps = append(a.steps, step{text: strings.Join(parts, "")})
}

// show adds the command to the last step.
//
//go:noinline
func (a *advice) show(command string) { a.steps[len(a.steps)-1].command = command }

// syncTo adds the command that uploads the run to another entity to the last step. project is
// that of a sync, which may not be the log's; it is "" otherwise.
func (a *advice) syncTo(entity, project string, dirs ...string) {
	a.entity = entity
	if project != "" {
		project = " --project " + shellWord(project)
	}
	a.show("wandgo sync --entity " + shellWord(entity) + project + shellPaths(" ", dirs))
}

// proseOf returns the text about a cause, which may be wrapped.
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
	case ErrKeyScope:
		return keyScopeProse, true
	case ErrNoDefaultEntity:
		return noDefaultEntityProse, true
	case ErrOrganizationEntity:
		return organizationEntityProse, true
	case ErrStoreRefused:
		return storeRefusedProse, true
	case ErrArtifactMissing:
		return artifactMissingProse, true
	case ErrProtectedAlias:
		return protectedAliasProse, true
	case ErrIntermediary:
		return intermediaryProse, true
	}
	return prose{}, false
}

// words is a text that is the same for every refusal.
func words(text string) func(*PermissionError) string {
	return func(*PermissionError) string { return text }
}

// ownEntity picks an entity of the user's own to log to instead, or "".
func (e *PermissionError) ownEntity() string {
	if e.Viewer == nil || e.cause() == ErrArtifactMissing || e.target().onStored() {
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

// adviseOwnEntity says how to use an entity of the user's own instead, if there is
// one. It reports whether there is. The entity of a run that was created before
// cannot be changed.
func (e *PermissionError) adviseOwnEntity(a *advice) bool {
	own := e.ownEntity()
	switch {
	case own == "":
		return false
	case e.target().syncing():
		a.step("To upload the run to ", e.ownName(own), " instead:")
		a.syncTo(own, e.Project, e.Dir, e.RestDir)
	case e.target().running():
	case e.target().putting():
		name := strings.TrimPrefix(e.Project+"/"+e.Artifact, "/")
		a.step("To log the artifact to ", e.ownName(own), " instead, run the command with:")
		a.show("--name " + shellWord(own+"/"+name))
	case e.target().kind() == opCreateSweep:
		a.step("To create the sweep in ", e.ownName(own), " instead, change the entity in your code or in the sweep's file. ",
			"On the command line:")
		a.show("wandgo sweep create FILE --entity " + shellWord(own))
	case e.target().verifying():
		a.step("To verify with ", e.ownName(own), " instead:")
		a.show("wandgo verify --entity " + shellWord(own))
	case e.Dir != "":
		a.step("To upload this run to ", e.ownName(own), " instead:")
		a.syncTo(own, "", e.Dir, e.RestDir)
		a.step("For later runs, change the entity in your code or configuration. If it is not set there:")
		a.show("export WANDB_ENTITY=" + shellWord(own))
	case e.EntityDefaulted:
		a.step("Set the entity in your code, or for example:")
		a.show("export WANDB_ENTITY=" + shellWord(own))
	default:
		a.step("To log to ", e.ownName(own), " instead, change it in your code or configuration. ",
			"If it is not set there:")
		a.show("export WANDB_ENTITY=" + shellWord(own))
	}
	return true
}

// ownName is an entity of the user's own in a sentence. A personal entity has the name
// of the user.
func (e *PermissionError) ownName(name string) string {
	if e.Viewer.isPersonal(name) {
		return "your personal entity " + quoted(name)
	}
	return "your team " + quoted(name)
}

// adviseOtherKey says what to do if the key belongs to another account.
func (e *PermissionError) adviseOtherKey(a *advice) {
	if e.Viewer == nil || e.Viewer.Username == "" {
		return
	}
	remedy := "use the key of the right one"
	if from := inline(e.KeySource, messageLimit); from != "" && e.federated() {
		remedy = "replace the " + from
	} else if from != "" {
		remedy = "replace the API key from " + from
	}
	a.step("If ", quoted(e.Viewer.Username), " is the wrong account, ", remedy, ".")
}

// advisePage adds a step with the web page of an entity or a project.
func (e *PermissionError) advisePage(a *advice, lead string, parts ...string) {
	page := e.target().page(parts...)
	if page == "" {
		a.step(strings.TrimSuffix(lead, ":"), ".")
		return
	}
	a.step(lead)
	a.show(page)
}

// adviseDoctor adds the command that finds out more.
func (e *PermissionError) adviseDoctor(a *advice) {
	a.step("To see what this key may do, in a report without secrets:")
	a.show("wandgo doctor --report")
}
