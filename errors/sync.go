package errors

import (
	"slices"
	"strings"
)

// What is to be done about a run that is on disk differs from what is for one that is
// about to begin: the names in it are the log's, and flags of the command replace them.

// syncing reports whether it was a run on disk that was to be uploaded.
func (p place) syncing() bool { return p.op == "sync run" }

// syncCommand uploads the run from its directory, with a flag.
func syncCommand(dir, flag, value string) string {
	command := "wandgo sync " + flag + " " + shellWord(value)
	dir = inline(dir, machineLimit) // a path that is cut off leads nowhere
	switch {
	case dir == "":
		return command
	case shellWord(dir) == dir:
		return command + " " + dir
	}
	return command + " '" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
}

// adviseSync puts the command that uploads the run to an entity of the user's own at
// the end of the advice, where another entity can help. What ended it before becomes
// the end of its last step.
func (e *PermissionError) adviseSync(a *advice) {
	own := e.ownEntity()
	if !e.place().syncing() || own == "" {
		return
	}
	switch s, _ := AsType[*Sentinel](e.cause()); s {
	case ErrNoAPIKey, ErrBadAPIKey, ErrAnonymousKey, ErrIntermediary:
		return
	}
	// The variable is for logs that name no entity.
	a.steps = slices.DeleteFunc(a.steps, func(step string) bool { return strings.Contains(step, "WANDB_ENTITY") })
	if n := len(a.steps); n > 0 && a.end != "" {
		a.steps[n-1] += " " + a.end
	}
	a.step("To upload the run to your own ", quoted(own), " instead:")
	a.end = syncCommand(e.Dir, "--entity", own)
}

// adviseSync gives the background and the advice where the run's id is in the way.
func (e *RequestError) adviseSync(a *advice) (about string, ok bool) {
	if !e.place().syncing() || e.RunID == "" {
		return "", false
	}
	switch e.sentinel() {
	case ErrRunDeleted:
		about = "The server keeps the ids of deleted runs, so no later run can be taken for an earlier one."
	case ErrRunExists:
		about = "Rows of a log are not written over those of another run, or of another part of it."
	default:
		return "", false
	}
	a.step("To upload the run under an id of its own:")
	a.end = syncCommand(e.Dir, "--id", e.RunID+"-2")
	return about, true
}
