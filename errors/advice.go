package errors

import (
	"slices"
	"strings"
)

// advice is what to do, in steps. The step that solves the problem comes first.
type advice struct {
	steps []Remedy
	// entity is the one that a step with a sync command names, "" if none does.
	entity string
}

// Remedy is one step that solves a problem. Both texts are printable and have no
// credentials.
type Remedy struct {
	// Text is what to do, in a sentence or two.
	Text string `json:"text"`
	// Command is what to type, or the address to open; may be "".
	Command string `json:"command"`
}

// Remedies returns the steps under "What to do" in the text of Explain, in their order.
func (e *PermissionError) Remedies() []Remedy {
	if e == nil {
		return nil
	}
	return e.advice().steps
}

// Remedies returns the steps under "What to do" in the text of Explain, in their order.
func (e *RequestError) Remedies() []Remedy {
	if e == nil {
		return nil
	}
	return e.describe().steps
}

// step adds a step.
func (a *advice) step(text string) { a.show(text, "") }

// show adds a step with a command, or the address to open. A copy of it in each of its many
// callers would be 30 KB.
//
//go:noinline
func (a *advice) show(text, command string) { a.steps = append(a.steps, Remedy{text, command}) }

// syncTo adds a step with the command that uploads the run to another entity.
func (a *advice) syncTo(text, entity string, t *target) {
	a.entity = entity
	project := ""
	if t.op == opSyncRun && t.project != "" { // it may not be the log's
		project = " --project " + shellWord(t.project)
	}
	a.show(text, "wandgo sync --entity "+shellWord(entity)+project+t.directories(" "))
}

// ownEntity picks an entity of the user's own to log to instead, or "".
func (e *PermissionError) ownEntity() string {
	if e.Viewer == nil || e.cause() == ErrArtifactMissing || e.target().onStored() {
		return ""
	}
	names := slices.Clone(e.Suggestions)
	if own := e.Viewer.DefaultEntity; slices.Contains(e.Viewer.Teams, own) {
		names = append(names, own)
	}
	for _, name := range append(names, e.Viewer.Teams...) {
		if name != "" && name != e.Entity {
			return name
		}
	}
	return ""
}

// adviseOwnEntity says how to use an entity of the user's own instead, if there is
// one. It reports whether there is. The entity of a run that was created before
// cannot be changed.
func (e *PermissionError) adviseOwnEntity(a *advice) bool {
	own := e.ownEntity()
	if own == "" {
		return false
	}
	name := "your team " + quoted(own)
	if e.Viewer.isPersonal(own) {
		name = "your personal entity " + quoted(own)
	}
	export := "export WANDB_ENTITY=" + shellWord(own)
	switch t := e.target(); {
	case t.op == opSyncRun:
		a.syncTo("To upload the run to "+name+" instead:", own, t)
	case t.running():
	case t.putting():
		path := strings.TrimPrefix(e.Project+"/"+e.Artifact, "/")
		a.show("To log the artifact to "+name+" instead, run the command with:", "--name "+shellWord(own+"/"+path))
	case t.kind() == opCreateSweep:
		a.show("To create the sweep in "+name+" instead, change the entity in your code or in the sweep's file. On the command line:",
			"wandgo sweep create FILE --entity "+shellWord(own))
	case t.op == opVerify:
		a.show("To verify with "+name+" instead:", "wandgo verify --entity "+shellWord(own))
	case e.Dir != "":
		a.syncTo("To upload this run to "+name+" instead:", own, t)
		a.show("For later runs, change the entity in your code or configuration. If it is not set there:", export)
	case e.EntityDefaulted:
		a.show("Set the entity in your code, or for example:", export)
	default:
		a.show("To log to "+name+" instead, change it in your code or configuration. If it is not set there:", export)
	}
	return true
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
	a.step("If " + quoted(e.Viewer.Username) + " is the wrong account, " + remedy + ".")
}

// advisePage adds a step with the web page of an entity or a project. lead may have [words].
func (e *PermissionError) advisePage(a *advice, lead string, parts ...string) {
	page := e.target().page(parts...)
	if page == "" {
		lead = strings.TrimSuffix(lead, ":") + "."
	}
	a.show(e.fill(lead), page)
}

// adviseNewKey adds a step with the page on which keys are created.
func (e *PermissionError) adviseNewKey(a *advice, create string) {
	if e.login() == "" {
		e.advisePage(a, create+" and set it as WANDB_API_KEY:", "authorize")
	} else {
		e.advisePage(a, create+" and replace the one from $keySource:", "authorize")
	}
}

// adviseReport adds the command that finds out more.
func (a *advice) adviseReport() {
	a.show("To see what this key may do, in a report without secrets:", "wandgo doctor --report")
}

// adviseUpload adds the command that uploads a run that is on disk, after lead. A sync has
// one already.
func (a *advice) adviseUpload(t *target, lead string) {
	if paths := t.directories(" "); paths != "" && t.op != opSyncRun {
		a.show(lead, "wandgo sync"+paths)
	}
}
