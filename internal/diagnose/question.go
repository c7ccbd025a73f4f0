package diagnose

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Question is what a request attempts.
type Question struct {
	Op Op
	// Entity is "" if the caller named none, which is the account's default.
	Entity  string
	Project string
	RunID   string
	// Sweep is the sweep's id; "" if it is not about one.
	Sweep string
	// Artifact is the artifact's name with its version or alias; "" if it is not about one.
	Artifact string
	// Dir is the run's directory with what the server does not have, RestDir one with the
	// rest of it; may be "".
	Dir, RestDir string
}

// Op is the verb of a request as errors print it, such as "create run". It also
// stands for an action on a resource.
type Op string

// The operations of this client.
const (
	OpCreateRun      Op = "create run"
	OpResumeRun      Op = "resume run"
	OpRewindRun      Op = "rewind run"
	OpUploadRun      Op = "upload run"
	OpUpdateSettings Op = "update settings of run"
	OpUploadFiles    Op = "upload files of run"
	OpSendAlert      Op = "send alert of run"
	OpSyncRun        Op = "sync run"
	OpReadProject    Op = "read project"
	OpListProjects   Op = "list projects"
	OpListRuns       Op = "list runs of"
	OpReadRun        Op = "read run"
	OpUpdateRun      Op = "update run"
	OpStopRun        Op = "stop run"
	OpDeleteRun      Op = "delete run"
	OpListSweeps     Op = "list sweeps of"
	OpReadSweep      Op = "read sweep of"
	OpCreateSweep    Op = "create sweep in"
	OpChangeSweep    Op = "change sweep of"
	OpRunAgent       Op = "run sweep agent in"
	OpCheckAccess    Op = "check access to"
	OpIdentify       Op = "identify the account"

	OpLogArtifact      Op = "log artifact"
	OpUseArtifact      Op = "use artifact"
	OpDownloadArtifact Op = "download artifact"
	OpReadArtifact     Op = "read artifact"
	OpLinkArtifact     Op = "link artifact"
	OpUpdateArtifact   Op = "update artifact"
	OpDeleteArtifact   Op = "delete artifact"
)

// attempts lists what each operation does to which resource.
var attempts = map[Op]struct {
	action   errors.Action
	resource errors.Resource
}{
	OpCreateRun:      {errors.ActionCreate, errors.ResourceRun},
	OpResumeRun:      {errors.ActionUpdate, errors.ResourceRun},
	OpRewindRun:      {errors.ActionUpdate, errors.ResourceRun},
	OpUploadRun:      {errors.ActionUpdate, errors.ResourceRunHistory},
	OpUpdateSettings: {errors.ActionUpdate, errors.ResourceRunSettings},
	OpUploadFiles:    {errors.ActionCreate, errors.ResourceRunFile},
	OpSendAlert:      {errors.ActionCreate, errors.ResourceAlert},
	OpSyncRun:        {errors.ActionUpdate, errors.ResourceRun},
	OpReadProject:    {errors.ActionRead, errors.ResourceProject},
	OpListProjects:   {errors.ActionRead, errors.ResourceProject},
	OpListRuns:       {errors.ActionRead, errors.ResourceRun},
	OpReadRun:        {errors.ActionRead, errors.ResourceRun},
	OpUpdateRun:      {errors.ActionUpdate, errors.ResourceRun},
	OpStopRun:        {errors.ActionUpdate, errors.ResourceRun},
	OpDeleteRun:      {errors.ActionDelete, errors.ResourceRun},
	OpListSweeps:     {errors.ActionRead, errors.ResourceSweep},
	OpReadSweep:      {errors.ActionRead, errors.ResourceSweep},
	OpCreateSweep:    {errors.ActionCreate, errors.ResourceSweep},
	OpChangeSweep:    {errors.ActionUpdate, errors.ResourceSweep},
	OpRunAgent:       {errors.ActionCreate, errors.ResourceRun},
	OpCheckAccess:    {errors.ActionRead, errors.ResourceProject},
	OpIdentify:       {errors.ActionRead, errors.ResourceAccount},

	OpLogArtifact:      {errors.ActionLogArtifact, errors.ResourceArtifact},
	OpUseArtifact:      {errors.ActionUseArtifact, errors.ResourceArtifact},
	OpDownloadArtifact: {errors.ActionDownloadArtifact, errors.ResourceArtifact},
	OpReadArtifact:     {errors.ActionReadArtifact, errors.ResourceArtifact},
	OpLinkArtifact:     {errors.ActionLinkArtifact, errors.ResourceArtifact},
	OpUpdateArtifact:   {errors.ActionUpdateArtifact, errors.ResourceArtifact},
	OpDeleteArtifact:   {errors.ActionDeleteArtifact, errors.ResourceArtifact},
}

// Action returns what the operation does, "" if it is not one of this package.
func (o Op) Action() errors.Action { return attempts[o].action }

// Resource returns what the operation acts on, "" if it is not one of this
// package.
func (o Op) Resource() errors.Resource { return attempts[o].resource }

// readsArtifact reports whether the operation needs an artifact that exists.
func (o Op) readsArtifact() bool {
	return o == OpUseArtifact || o == OpDownloadArtifact || o == OpReadArtifact
}

// verb is the operation as errors print it: with the id of the sweep.
func (q Question) verb() string {
	if q.Sweep == "" {
		return string(q.Op)
	}
	verb, _, _ := strings.Cut(string(q.Op), " ")
	return verb + " sweep " + q.Sweep + " of"
}

// resource is what the question acts on: for an artifact, its path.
func (q Question) resource() errors.Resource {
	if q.Artifact == "" {
		return q.Op.Resource()
	}
	path := []string{q.Entity, q.Project, q.Artifact}
	return errors.Resource(strings.Join(slices.DeleteFunc(path, func(part string) bool { return part == "" }), "/"))
}
