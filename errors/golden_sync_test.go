package errors_test

import "github.com/wandgo/wandgo/errors"

// syncs are the texts about runs that exist: on disk, or running.
func syncs() []golden {
	const dir = "/data/my runs/wandb/offline-run-20261123_140000-8c1fzq20"
	denied := func(cause error, change ...func(*errors.PermissionError)) *errors.PermissionError {
		e := refused(cause, errors.Certain, func(e *errors.PermissionError) { e.Op, e.Dir = "sync run", dir })
		for _, c := range change {
			c(e)
		}
		return e
	}
	failed := func(cause error, status int, message string) *errors.RequestError {
		return &errors.RequestError{
			Op: "sync run", Entity: "acme", Project: "vision", RunID: "8c1fzq20", Dir: dir, BaseURL: "https://api.forge.coreweave.com",
			Cause: cause, StatusCode: status, Message: message,
		}
	}
	moment := func(op string, e *errors.RequestError) *errors.RequestError { e.Op = op; return e }
	return []golden{
		{"sync_not_team_member", denied(errors.ErrNotTeamMember)},
		{"sync_viewer_role", denied(errors.ErrViewerRole, member)},
		{"sync_no_own_entity", denied(errors.ErrNotTeamMember, func(e *errors.PermissionError) { e.Viewer.Teams, e.Viewer.DefaultEntity = nil, "" })},
		{"sync_undetermined", denied(nil, func(e *errors.PermissionError) {
			e.Confidence, e.Candidates = errors.Undetermined, []error{errors.ErrViewerRole, errors.ErrProjectRestricted}
		})},
		{"running_not_team_member", refused(errors.ErrNotTeamMember, errors.Likely, func(e *errors.PermissionError) { e.Op, e.Dir = "upload run", dir })},
		{"running_not_on_disk", refused(errors.ErrNotTeamMember, errors.Likely, func(e *errors.PermissionError) { e.Op = "upload run" })},
		{"offline_not_team_member", refused(errors.ErrNotTeamMember, errors.Certain, func(e *errors.PermissionError) { e.Dir = dir })},
		{"offline_run_exists", moment("create run", failed(errors.ErrRunExists, 0, ""))},
		{"running_unavailable", moment("upload run", failed(errors.ErrServerUnavailable, 503, ""))},
		{"running_run_deleted", moment("upload run", failed(errors.ErrRunDeleted, 404, "Run does not exist acme/vision/8c1fzq20"))},
		{"running_metric_limit", moment("upload run", failed(errors.ErrMetricLimit, 400, "run_metric_limit_exceeded"))},
		{"running_project_restricted", refused(errors.ErrProjectRestricted, errors.Certain, member, func(e *errors.PermissionError) {
			e.Op, e.Dir = "upload files of run", dir
		})},
		{"sync_bad_api_key", denied(errors.ErrBadAPIKey, keyUnknown)},
		{"sync_run_deleted", failed(errors.ErrRunDeleted, 409, "run acme/vision/8c1fzq20 was previously created and deleted; try a new run name")},
		{"sync_run_exists", failed(errors.ErrRunExists, 0, "")},
	}
}
