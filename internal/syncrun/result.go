package syncrun

import "time"

// Outcome is what became of a log.
type Outcome string

// The outcomes.
const (
	// Synced: the server has the run as the log has it.
	Synced Outcome = "synced"
	// Running: the run goes on; the server has what the log had.
	Running Outcome = "running"
	// Planned: it would be uploaded, had it not been a dry run.
	Planned Outcome = "planned"
	// Skipped: nothing was done; the reason says why.
	Skipped Outcome = "skipped"
	// Failed: the error says why.
	Failed Outcome = "failed"
	// Interrupted: ctx ended before all was done, or before it began.
	Interrupted Outcome = "interrupted"
)

// Result is what became of one log.
type Result struct {
	// Path is the log, Dir the run's directory around it.
	Path, Dir string
	// Entity, Project and RunID are where it went, as the server has them, or was
	// to go. Name and URL are the server's.
	Entity, Project, RunID, Name, URL string
	Outcome                           Outcome
	// Reason is why it was skipped.
	Reason string
	// Rows, Events and ConsoleLines are how many the log has, RowsSent and
	// EventsSent how many of them the server had not. ConsoleLines is 0 for a dry
	// run.
	Rows, RowsSent, Events, EventsSent, ConsoleLines int64
	// Files were uploaded, or would be; MissingFiles are named in the log and not
	// on the disk.
	Files, MissingFiles []string
	// Alerts is how many alerts were raised.
	Alerts int
	// ExitCode is how the run ended: 1 where the log does not say. nil for a run
	// that goes on.
	ExitCode *int
	// Crashed says that the log has no end.
	Crashed bool
	// Continued says that the run was on the server already.
	Continued bool
	// Bytes is the size of the log.
	Bytes int64
	// Damage are the parts of the log that could not be read, DamagedParts how
	// many there are in all. Warnings tell what else was left out, and why.
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
	// Done of Total rows are sent, those included that the server had.
	Done, Total int64
	// Logs is how many logs there are, LogsDone how many are finished.
	Logs, LogsDone int
	// Result is set once the log is finished.
	Result *Result
}
