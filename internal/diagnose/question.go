package diagnose

import (
	"slices"
	"strings"
	"time"

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
	// Started is when the request was sent, or a little before: what the server said of the
	// account earlier may have changed. Zero stands for now.
	Started time.Time
}

// Op is an operation of this client.
type Op struct {
	// Verb is the operation as errors print it, such as "create run".
	Verb string
	// Action is what the operation does to the Resource.
	Action   errors.Action
	Resource errors.Resource
}

// The operations of this client.
var (
	OpCreateRun      = Op{"create run", errors.ActionCreate, errors.ResourceRun}
	OpResumeRun      = Op{"resume run", errors.ActionUpdate, errors.ResourceRun}
	OpRewindRun      = Op{"rewind run", errors.ActionUpdate, errors.ResourceRun}
	OpUploadRun      = Op{"upload run", errors.ActionUpdate, errors.ResourceRunHistory}
	OpUpdateSettings = Op{"update settings of run", errors.ActionUpdate, errors.ResourceRunSettings}
	OpUploadFiles    = Op{"upload files of run", errors.ActionCreate, errors.ResourceRunFile}
	OpSendAlert      = Op{"send alert of run", errors.ActionCreate, errors.ResourceAlert}
	OpSyncRun        = Op{"sync run", errors.ActionUpdate, errors.ResourceRun}
	OpReadProject    = Op{"read project", errors.ActionRead, errors.ResourceProject}
	OpListProjects   = Op{"list projects", errors.ActionRead, errors.ResourceProject}
	OpListRuns       = Op{"list runs of", errors.ActionRead, errors.ResourceRun}
	OpReadRun        = Op{"read run", errors.ActionRead, errors.ResourceRun}
	OpUpdateRun      = Op{"update run", errors.ActionUpdate, errors.ResourceRun}
	OpStopRun        = Op{"stop run", errors.ActionUpdate, errors.ResourceRun}
	OpDeleteRun      = Op{"delete run", errors.ActionDelete, errors.ResourceRun}
	OpListSweeps     = Op{"list sweeps of", errors.ActionRead, errors.ResourceSweep}
	OpReadSweep      = Op{"read sweep of", errors.ActionRead, errors.ResourceSweep}
	OpCreateSweep    = Op{"create sweep in", errors.ActionCreate, errors.ResourceSweep}
	OpChangeSweep    = Op{"change sweep of", errors.ActionUpdate, errors.ResourceSweep}
	OpRunAgent       = Op{"run sweep agent in", errors.ActionCreate, errors.ResourceRun}
	OpCheckAccess    = Op{"check access to", errors.ActionRead, errors.ResourceProject}
	OpIdentify       = Op{"identify the account", errors.ActionRead, errors.ResourceAccount}

	OpLogArtifact      = Op{"log artifact", errors.ActionLogArtifact, errors.ResourceArtifact}
	OpUseArtifact      = Op{"use artifact", errors.ActionUseArtifact, errors.ResourceArtifact}
	OpDownloadArtifact = Op{"download artifact", errors.ActionDownloadArtifact, errors.ResourceArtifact}
	OpReadArtifact     = Op{"read artifact", errors.ActionReadArtifact, errors.ResourceArtifact}
	OpLinkArtifact     = Op{"link artifact", errors.ActionLinkArtifact, errors.ResourceArtifact}
	OpUpdateArtifact   = Op{"update artifact", errors.ActionUpdateArtifact, errors.ResourceArtifact}
	OpDeleteArtifact   = Op{"delete artifact", errors.ActionDeleteArtifact, errors.ResourceArtifact}
)

// readsArtifact reports whether the operation needs an artifact that exists.
func (o Op) readsArtifact() bool {
	return o == OpUseArtifact || o == OpDownloadArtifact || o == OpReadArtifact
}

// verb is the operation as errors print it: with the id of the sweep.
func (q Question) verb() string {
	if q.Sweep == "" {
		return q.Op.Verb
	}
	verb, _, _ := strings.Cut(q.Op.Verb, " ")
	return verb + " sweep " + q.Sweep + " of"
}

// resource is what the question acts on: for an artifact, its path.
func (q Question) resource() errors.Resource {
	if q.Artifact == "" {
		return q.Op.Resource
	}
	path := []string{q.Entity, q.Project, q.Artifact}
	return errors.Resource(strings.Join(slices.DeleteFunc(path, func(part string) bool { return part == "" }), "/"))
}
