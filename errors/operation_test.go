package errors_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/diagnose"
)

// A request that internal/diagnose names otherwise would get the texts of any other.
func TestOperations_All_AreThoseOfDiagnose(t *testing.T) {
	t.Parallel()
	var verbs []string
	for _, op := range []diagnose.Op{
		diagnose.OpCreateRun, diagnose.OpResumeRun, diagnose.OpRewindRun, diagnose.OpSyncRun, diagnose.OpCheckAccess,
		diagnose.OpUploadRun, diagnose.OpUpdateSettings, diagnose.OpUploadFiles, diagnose.OpSendAlert,
		diagnose.OpReadProject, diagnose.OpListProjects, diagnose.OpListRuns, diagnose.OpReadRun,
		diagnose.OpUpdateRun, diagnose.OpStopRun, diagnose.OpDeleteRun,
		diagnose.OpListSweeps, diagnose.OpReadSweep, diagnose.OpCreateSweep, diagnose.OpChangeSweep, diagnose.OpRunAgent,
		diagnose.OpUseArtifact, diagnose.OpDownloadArtifact, diagnose.OpReadArtifact, diagnose.OpDeleteArtifact,
	} {
		verbs = append(verbs, op.Verb)
	}
	assert.ElementsMatch(t, verbs, errors.Operations())
}
