package syncrun

import "time"

// Outcome is the result of a log's upload.
type Outcome string

// The outcomes.
const (
	// Synced: the server has the run as the log has it.
	Synced Outcome = "synced"
	// Running: the run is still in progress; the server has what the log had.
	Running Outcome = "running"
	// Planned: it would be uploaded, had it not been a dry run.
	Planned Outcome = "planned"
	// Skipped: nothing was done; Result.Reason says why.
	Skipped Outcome = "skipped"
	// Failed: Result.Err says why.
	Failed Outcome = "failed"
	// Interrupted: ctx ended before the upload was complete, or before it started.
	Interrupted Outcome = "interrupted"
)

// Result describes the upload of one log.
type Result struct {
	// Path is the log, Dir the run's directory around it.
	Path, Dir string
	// Entity, Project and RunID are where it went, as the server has them, or was
	// to go. Name and URL are the server's.
	Entity, Project, RunID, Name, URL string
	Outcome                           Outcome
	// Reason is why it was skipped.
	Reason string
	// Rows, Events and ConsoleLines count what the log has. RowsSent and EventsSent count
	// what was uploaded now. RowsBefore is how many of the log's rows the server already
	// had, as far as it is known. ConsoleLines and RowsBefore are 0 for a dry run.
	Rows, RowsSent, RowsBefore, Events, EventsSent, ConsoleLines int64
	// Unsent is how many rows of a log that was not uploaded are not known to be on the
	// server, and LastStep the step of its last row; -1 if it has none.
	Unsent, LastStep int64
	// InUse says that it was skipped because a process writes the log, or may do so.
	InUse bool
	// Files were uploaded, or would be. MissingFiles are named in the log but are not
	// on disk.
	Files, MissingFiles []string
	// Alerts is how many alerts were raised.
	Alerts int
	// ExitCode is how the run ended: 1 if the log does not say, nil for a run that is
	// still in progress.
	ExitCode *int
	// Crashed says that the log has no exit record.
	Crashed bool
	// Continued says that the run was on the server already.
	Continued bool
	// Bytes is the size of the log.
	Bytes int64
	// Damage are the parts of the log that could not be read, DamagedParts how
	// many there are in all. Warnings name what else was skipped, and why.
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

// Phase is what is being done with a log.
type Phase string

// The phases, in their order.
const (
	Reading  Phase = "reading"
	Asking   Phase = "asking"
	Sending  Phase = "sending"
	Finished Phase = "finished"
)

// Progress is how far a log is.
type Progress struct {
	Path, RunID string
	Phase       Phase
	// Done of Total rows are sent, including those that the server had.
	Done, Total int64
	// Logs is how many logs there are, LogsDone how many are finished.
	Logs, LogsDone int
	// Result is set once the log is finished.
	Result *Result
}
