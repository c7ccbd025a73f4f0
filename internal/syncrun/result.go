package syncrun

import (
	"fmt"
	"slices"
	"time"
)

// Outcome is the result of a log's upload.
type Outcome string

// The outcomes.
const (
	// Synced means that the server has everything in the log.
	Synced Outcome = "synced"
	// Running means that the run is still in progress, and that the server has everything
	// that was in the log.
	Running Outcome = "running"
	// Planned means that the log would be uploaded if this were not a dry run.
	Planned Outcome = "planned"
	// Skipped means that nothing was done; Result.Reason says why.
	Skipped Outcome = "skipped"
	// Failed means that the upload failed; Result.Err says why.
	Failed Outcome = "failed"
	// Interrupted means that ctx ended before the upload was complete, or before it
	// started.
	Interrupted Outcome = "interrupted"
)

// Result describes the upload of one log.
type Result struct {
	// Path is the log, Dir the run's directory.
	Path, Dir string
	// Entity, Project and RunID are the target, with the server's names once it is
	// known. Name and URL come from the server.
	Entity, Project, RunID, Name, URL string
	Outcome                           Outcome
	// Reason is why it was skipped.
	Reason string
	// Rows, Events and ConsoleLines count what the log has. RowsSent and EventsSent count
	// what was uploaded now. RowsBefore is how many of the log's rows the server already
	// had, as far as it is known. ConsoleLines and RowsBefore are 0 for a dry run.
	Rows, RowsSent, RowsBefore, Events, EventsSent, ConsoleLines int64
	// Unsent is how many rows of a log that was not uploaded may be missing on the server.
	// LastStep is the step of its last row, or -1.
	Unsent, LastStep int64
	// InUse says that the log was skipped because a process writes it, or may do so.
	InUse bool
	// Waits says that the log was skipped because the log with the rows before was skipped.
	Waits bool
	// Files are the files that were uploaded, or would be. MissingFiles are named in the
	// log but not on the disk.
	Files, MissingFiles []string
	// Alerts is how many alerts were sent.
	Alerts int
	// Artifacts is how many artifacts were uploaded, or would be.
	Artifacts int
	// ExitCode is 1 if the log has no exit record, nil for a run in progress.
	ExitCode *int
	// Crashed says that the log has no exit record.
	Crashed bool
	// Continued says that the server already had a part of the run.
	Continued bool
	// Bytes is the size of the log.
	Bytes int64
	// Damage are the first parts of the log that could not be read, DamagedParts counts
	// all of them. Warnings list what else was skipped, and why.
	Damage       []string
	DamagedParts int64
	Warnings     []string
	// Cleaned says that the run's directory was deleted.
	Cleaned bool
	// Duration is how long it took.
	Duration time.Duration
	// Err is why it failed.
	Err error
}

// Phase is the current step of an upload.
type Phase string

// The phases, in their order.
const (
	Reading  Phase = "reading"
	Asking   Phase = "asking"
	Sending  Phase = "sending"
	Finished Phase = "finished"
)

// Progress is the progress of one log.
type Progress struct {
	Path, RunID string
	Phase       Phase
	// Done of Total rows are on the server, including those that it already had.
	Done, Total int64
	// Logs is how many logs there are, LogsDone how many are finished.
	Logs, LogsDone int
	// Result is set once the log is finished.
	Result *Result
}

// NotUploaded is what a log has, or had, and its upload does not.
func (r *Result) NotUploaded() []string {
	texts := slices.Clone(r.Warnings)
	if len(r.Damage) > 0 {
		texts = append(texts, fmt.Sprintf("the log is damaged, and the parts that cannot be read were skipped: %s", r.Damage[0]))
	}
	switch n := len(r.MissingFiles); n {
	case 0:
	case 1:
		texts = append(texts, fmt.Sprintf("the file %s is no longer on this disk and was not uploaded", r.MissingFiles[0]))
	default:
		texts = append(texts, fmt.Sprintf("%d files are no longer on this disk and were not uploaded, such as %s", n, r.MissingFiles[0]))
	}
	return texts
}
