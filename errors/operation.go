package errors

import (
	"cmp"
	"strings"
)

// The requests whose texts depend on which one it is. The names are those of
// internal/diagnose, and of the commands that give their requests a name of their own.
const (
	opCreateRun   = "create run"
	opResumeRun   = "resume run"
	opRewindRun   = "rewind run"
	opUploadRun   = "upload run"
	opSyncRun     = "sync run"
	opCheckAccess = "check access to"

	opCreateSweep = "create sweep in"
	opChangeSweep = "change sweep of"
	opRunAgent    = "run sweep agent in"

	opUseArtifact      = "use artifact"
	opDownloadArtifact = "download artifact"
	opReadArtifact     = "read artifact"
	opDeleteArtifact   = "delete artifact"

	opPutArtifact = "put artifact"    // wandgo artifact put, before its run is created
	opVerify      = "create test run" // wandgo verify: there is no code to change
)

// operations is how the texts speak of a request. Advice depends on the moment: the entity of a
// run can be changed before it is created or when it is uploaded from disk, but not while it is
// running.
var operations = map[string]struct {
	reads   string // what it reads of a team
	changes string // what it changes of a team although that is stored already
	starts  string // what it starts, with the verb
	running bool   // the run was created before
}{
	"list runs of":   {reads: "runs"},
	"read run":       {reads: "runs"},
	"list sweeps of": {reads: "sweeps"},
	"read sweep of":  {reads: "sweeps"},
	"read project":   {reads: "projects"},
	"list projects":  {reads: "projects"},

	"update run":  {changes: "runs"},
	"stop run":    {changes: "runs"},
	"delete run":  {changes: "runs"},
	opChangeSweep: {changes: "sweeps"},

	opCreateSweep: {starts: "create sweeps"},
	opRunAgent:    {starts: "run sweep agents"},

	opUploadRun:              {running: true},
	"update settings of run": {running: true},
	"upload files of run":    {running: true},
	"send alert of run":      {running: true},
}

// kind is op without the id of a sweep: "read sweep of" for "read sweep abcd1234 of".
func (t *target) kind() string {
	verb, rest, ok := strings.Cut(t.op, " sweep ")
	switch {
	case !ok || !strings.HasSuffix(rest, " of"):
		return t.op
	case verb == "run":
		return opRunAgent
	}
	return verb + " sweep of"
}

// reads is what the request reads of a team, such as "runs". It is "" for a request that
// changes something, and for one about an artifact.
func (t *target) reads() string { return operations[t.kind()].reads }

// changes is what of a team the request changes although it is stored already, such as
// "runs". It is "" for other requests.
func (t *target) changes() string { return operations[t.kind()].changes }

// starts is what the request would have started, with the verb: "create runs".
func (t *target) starts() string { return cmp.Or(operations[t.kind()].starts, "create runs") }

// running reports whether the run had been created before. An artifact is one of a run, or at a
// path of its own.
func (t *target) running() bool {
	artifact, _ := t.onArtifact()
	return operations[t.op].running || artifact && !t.putting()
}

// onStored reports whether the request reads or changes what is stored already. Another
// entity is then no remedy.
func (t *target) onStored() bool {
	return t.reads() != "" || t.changes() != "" || t.kind() == opRunAgent
}

// onArtifact reports whether the request is about an artifact, reading whether it only
// reads it.
func (t *target) onArtifact() (artifact, reading bool) {
	reading = t.op == opUseArtifact || t.op == opDownloadArtifact || t.op == opReadArtifact
	return strings.HasSuffix(t.op, " artifact"), reading
}

// putting reports whether an artifact was to be logged by a run that was not created yet.
func (t *target) putting() bool { return t.op == opPutArtifact && t.artifact != "" }
