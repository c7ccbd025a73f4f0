package errors_test

import "github.com/wandgo/wandgo/errors"

func artifact(op, name string) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) {
		e.Op, e.Action, e.Artifact = op, errors.Action(op), name
		e.Resource = errors.Resource(e.Entity + "/" + e.Project + "/" + name)
	}
}

// reading is a request that changes nothing on the server.
func reading(op string, resource errors.Resource) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) {
		e.Op, e.Action, e.Resource, e.RunID = op, errors.ActionRead, resource, ""
		e.StatusCode, e.Message, e.Code, e.RequestID, e.Err = 200, "project is null", "", "", nil
	}
}

// onSweep makes the refusal one of a request that starts something with a sweep.
func onSweep(op string, resource errors.Resource) func(*errors.PermissionError) {
	return func(e *errors.PermissionError) {
		e.Op, e.Action, e.Resource, e.RunID = op, errors.ActionCreate, resource, ""
	}
}

// artifactRefusals are those that concern artifacts and the stores of their files.
func artifactRefusals() []golden {
	return []golden{
		{"store_refused_full", refused(errors.ErrStoreRefused, errors.Certain, noEvidence, selfHosted, artifact("log artifact", "flowers"), func(e *errors.PermissionError) {
			e.Dir = "/data/wandb/run-20261123_140000-8c1fzq20"
			e.File, e.Store, e.Viewer, e.RequestID = "images/iris.png", "minio.corp.example", nil, ""
			e.StatusCode, e.Message, e.Code = 507, "XMinioStorageFull: Storage backend has reached its minimum free drive threshold.", "XMinioStorageFull"
		})},
		{"store_refused_download", refused(errors.ErrStoreRefused, errors.Likely, noEvidence, artifact("download artifact", "flowers:v3"), func(e *errors.PermissionError) {
			e.File, e.Store, e.Viewer, e.RequestID = "images/iris.png", "bucket.s3.example.com", nil, ""
			e.StatusCode, e.Message, e.Code, e.Err = 403, "", "", nil
		})},
		{"artifact_missing", refused(errors.ErrArtifactMissing, errors.Certain, member, artifact("use artifact", "flower:v3"), func(e *errors.PermissionError) {
			e.StatusCode, e.Message, e.Code, e.RequestID = 200, "", "", ""
			e.Suggestions, e.Err = []string{"flowers", "flowers-raw"}, errors.New("the server shows no such artifact")
			e.Evidence[1].Result = "visible, writable"
			e.Evidence[2].Outcome, e.Evidence[2].Result = errors.Answered, "visible, writable, access PRIVATE"
		}, evidence("artifact", `artifact "flower:v3"`, errors.Empty, "null: missing or hidden from you", 200))},
		{"artifact_not_member", refused(errors.ErrNotTeamMember, errors.Certain, artifact("download artifact", "flowers:latest"))},
		{"read_runs_not_member", refused(errors.ErrNotTeamMember, errors.Likely, reading("list runs of", errors.ResourceRun))},
		{"read_sweep_not_member", refused(errors.ErrNotTeamMember, errors.Likely, reading("read sweep abcd1234 of", errors.ResourceSweep))},
		{"read_sweep_no_project", refused(errors.ErrProjectMissing, errors.Certain, member, reading("read sweep abcd1234 of", errors.ResourceSweep), func(e *errors.PermissionError) {
			e.Project, e.ProjectDefaulted = "uncategorized", true
		})},
		{"read_projects_not_member", refused(errors.ErrNotTeamMember, errors.Likely, reading("list projects", errors.ResourceProject))},
		{"read_project_missing", refused(errors.ErrProjectMissing, errors.Likely, member, reading("read project", errors.ResourceProject))},
		{"stop_run_not_member", refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) {
			e.Op, e.Action, e.Resource = "stop run", errors.ActionUpdate, errors.ResourceRun
		})},
		{"create_sweep_not_member", refused(errors.ErrNotTeamMember, errors.Certain, onSweep("create sweep in", errors.ResourceSweep))},
		{"create_sweep_viewer_role", refused(errors.ErrViewerRole, errors.Certain, member, onSweep("create sweep in", errors.ResourceSweep))},
		{"run_agent_not_member", refused(errors.ErrNotTeamMember, errors.Certain, onSweep("run sweep abcd1234 of", errors.ResourceRun))},
		{"run_agent_viewer_role", refused(errors.ErrViewerRole, errors.Certain, member, onSweep("run sweep abcd1234 of", errors.ResourceRun))},
		{"run_agent_seat", refused(errors.ErrSeatRequired, errors.Certain, member, onSweep("run sweep abcd1234 of", errors.ResourceRun))},
		{"artifact_put_not_member", refused(errors.ErrNotTeamMember, errors.Certain, artifact("put artifact", "flowers"))},
		{"artifact_not_member_writes", refused(errors.ErrNotTeamMember, errors.Certain, artifact("log artifact", "flowers"))},
		{"artifact_viewer_role", refused(errors.ErrViewerRole, errors.Certain, member, artifact("log artifact", "flowers"), func(e *errors.PermissionError) {
			e.Role, e.Dir = "View-Only", "/data/wandb/run-20261123_140000-8c1fzq20"
		})},
		{"protected_alias", refused(errors.ErrProtectedAlias, errors.Certain, member, noEvidence, artifact("link artifact", "iris-classifier"), func(e *errors.PermissionError) {
			e.Entity, e.Project, e.RunID, e.Message = "acme-org", "wandb-registry-model", "", "alias production is protected"
		})},
	}
}

func artifactFailures() []golden {
	return []golden{
		{"request_artifact_not_ready", failed(errors.ErrArtifactNotReady, 400, "cannot use artifact QXJ0aWZhY3Q6MQ== as it has not committed", func(e *errors.RequestError) {
			e.Op, e.Artifact = "use artifact", "flowers:v3"
		})},
		{"request_digest_mismatch", failed(errors.ErrDigestMismatch, 0, "", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.File, e.Store, e.RunID = "download artifact", "flowers:v3", "images/iris.png", "bucket.s3.example.com", ""
			e.Hint = "its digest is XUFAKrxLKna5cZ2REBfFkg==, and the content's is fXkwN6B2AYZXSwKC8vQ15w=="
		})},
		{"request_digest_mismatch_upload", failed(errors.ErrDigestMismatch, 0, "", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.File = "log artifact", "flowers", "images/iris.png"
		})},
		{"request_server_too_old", failed(errors.ErrSchemaMismatch, 0, "", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.RunID, e.BaseURL = "update artifact", "flowers:v3", "", "https://wandb.acme.example"
			e.Hint = "It does not know tags of artifacts, and changed nothing. Without tags, the other changes work"
			e.Err = errors.New("unknown field tagsToAdd")
		})},
		{"request_delete_aliases", failed(errors.ErrInvalidInput, 400, "cannot delete artifact flowers:v3: it has aliases: best, latest", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.RunID = "delete artifact", "flowers:v3", ""
		})},
		{"request_type_clash_on_disk", failed(errors.ErrTypeClash, 0, "", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.Hint = "log artifact", "flowers", `"flowers" has the type "dataset" and cannot get the type "model"`
			e.Dir = "/data/wandb/run-20261123_140000-8c1fzq20"
		})},
		{"request_type_clash", failed(errors.ErrTypeClash, 0, "", func(e *errors.RequestError) {
			e.Op, e.Artifact, e.Hint = "log artifact", "flowers", `"flowers" has the type "dataset" and cannot get the type "model"`
		})},
	}
}
