package errors

import (
	"strings"

	"github.com/wandgo/wandgo/internal/plaintext"
)

// Advice depends on the moment: the entity of a run can be changed before it is
// created or when it is uploaded from disk, but not while it is running.

// syncing reports whether a run on disk was to be uploaded.
func (t *target) syncing() bool { return t.op == "sync run" }

// verifying reports whether wandgo verify made the request: there is no code to change.
func (t *target) verifying() bool { return t.op == "create test run" }

// putting reports whether wandgo artifact put made the request, before its run was created.
func (t *target) putting() bool { return t.op == "put artifact" && t.artifact != "" }

// running reports whether the run had been created before.
func (t *target) running() bool {
	switch t.op {
	case "upload run", "update settings of run", "upload files of run", "send alert of run":
		return true
	}
	if t.putting() {
		return false
	}
	artifact, _ := t.onArtifact() // of a run, or at a path of its own
	return artifact
}

// syncCommand uploads the run from its directories, with a flag.
func syncCommand(flag, value string, dirs ...string) string {
	return "wandgo sync " + flag + " " + shellWord(value) + shellPaths(" ", dirs)
}

// shellPaths are the directories that are known, each after before and as one word of a
// shell.
func shellPaths(before string, dirs []string) string {
	var b strings.Builder
	for _, dir := range dirs {
		if dir != "" {
			b.WriteString(before + plaintext.ShellPath(dir))
		}
	}
	return b.String()
}

// writeData says where the run's data is, if that is known. It follows the first line.
func writeData(b *strings.Builder, dirs ...string) {
	if paths := shellPaths("\n  ", dirs); paths != "" {
		b.WriteString("The data is on disk:" + paths + "\n\n")
	}
}

// adviseUpload adds the command that uploads a run that is on disk, after lead. A sync has
// one already.
func (a *advice) adviseUpload(t *target, lead string, dirs ...string) {
	paths := shellPaths(" ", dirs)
	if paths == "" || t.syncing() {
		return
	}
	a.step(lead)
	a.show("wandgo sync" + paths)
}

// adviseSync gives the background and the advice if a run is on disk and the server does
// not accept its id.
func (e *RequestError) adviseSync(a *advice) (about string, ok bool) {
	if !e.target().syncing() && e.Dir == "" || e.RunID == "" {
		return "", false
	}
	switch e.sentinel() {
	case ErrRunDeleted:
		about = deletedIDs
	case ErrRunExists:
		about = "The server already has other rows for this run, and sync never overwrites rows."
	default:
		return "", false
	}
	a.step("To upload the run under a new id:")
	a.show(syncCommand("--id", e.RunID+"-2", e.Dir, e.RestDir))
	return about, true
}

const deletedIDs = "The server reserves the ids of deleted runs forever."
