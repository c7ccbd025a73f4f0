package errors

import (
	"maps"
	"slices"
)

// Operations returns the requests whose texts depend on which one it is.
func Operations() []string {
	return slices.AppendSeq([]string{
		opCreateRun, opResumeRun, opRewindRun, opSyncRun, opCheckAccess,
		opUseArtifact, opDownloadArtifact, opReadArtifact, opDeleteArtifact,
	}, maps.Keys(operations))
}
