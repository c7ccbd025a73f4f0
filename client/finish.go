package client

import "context"

// Finish ends the run as successful; see [Run.FinishWithCode].
func (r *Run) Finish(ctx context.Context) error { return r.session.Finish(ctx, 0) }

// FinishWithCode uploads what is waiting, and reports to the server that the run ended
// with this exit code: 0 is shown as finished, anything else as failed. It blocks until
// the server has everything or ctx ends. WANDB_FINISH_TIMEOUT (seconds) bounds it as
// well.
//
// It also waits for artifacts that are being uploaded.
//
// Nothing is lost if it fails: what the server does not have is in [Run.Dir]. After ctx
// has ended a few megabytes of files are still copied there, and linked if that is on
// the same disk.
//
// Finishing a run that is already offline is not an error. Further calls wait for the
// first and return its error, or that of their own ctx if it ends before.
//
// Errors:
//   - the error of ctx.
//   - *errors.PermissionError: the server refused the rest.
//   - *errors.RequestError: other failures, with the server's last response if the
//     request was retried until ctx ended.
//   - the errors of artifacts that the server does not have; see [Upload.Wait].
//   - an error that names the files that did not exist when their turn came
//     (fs.ErrNotExist), or that could not be uploaded or copied.
func (r *Run) FinishWithCode(ctx context.Context, code int) error {
	return r.session.Finish(ctx, code)
}

// Flush blocks until everything logged so far is on disk and, if the run is online,
// acknowledged by the server, or until ctx ends. The disk comes first, whatever ctx says.
// Call it before a checkpoint is written, so that a process that continues from there has
// the rows before it, or before a machine is taken away. A row that LogAt or LogPartial
// left open is not part of it: call [Run.Commit] first. Files are uploaded in the background
// and not waited for. It is safe for concurrent use.
//
// Errors:
//   - ErrRunFinished after Finish.
//   - the error of ctx.
//   - *errors.PermissionError or *errors.RequestError: the server does not accept the
//     rows.
//   - any other error is the disk's.
func (r *Run) Flush(ctx context.Context) error { return r.session.Flush(ctx) }
