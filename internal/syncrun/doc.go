// Package syncrun uploads runs from their logs on disk: offline runs, and those
// whose upload was not completed, of this client and of the official one.
//
// [Find] looks for logs. An [Engine] uploads them, several at a time; logs of one
// run are uploaded in the order in which they were started; each continues where the
// previous one ended.
//
// # Passes
//
// A log is read twice. The first pass reads what the whole amounts to: config,
// metrics, summary, labels, files, how it ended, and what is damaged. The second
// replays rows, events and console lines into the sink that live runs use, and waits
// for the server every few megabytes, so that memory does not grow with the length
// of the run. A log without an exit record is read
// once more, to make the summary of what came after its last summary record.
//
// # Where to resume
//
// The server is asked how far it has the run, and the answer is compared with
// the log rather than with what a note on disk says: the last row that the server
// has is looked for by its step and time, and what follows it is sent. So a row
// that is damaged in the file, or that reached the server and not the disk,
// shifts no other. A log whose first row is later than the server's last
// continues the run; its steps are moved up if they begin at zero again, by the
// number in the file .syncstate, which the official client reads and writes too.
// If a later process continued the run, the server is asked which rows of the log it has.
// The others go behind the later rows, at their own steps if these are free, once no
// process writes the run any more. A log that says that its process was to resume the run
// is treated alike, also if it is offline.
// If the server has other rows than the log, nothing is sent over them:
// [ErrConflict].
//
// Rows and lines are stored by index, so that sending one twice leaves one.
//
// # What is skipped
//
// What this server has acknowledged is noted beside the log (see
// [Log.Acknowledged]). Where only a mark or the kind of the run says that it may have
// everything, it is asked. [Options.Clean] deletes what was acknowledged piece by
// piece, after another question.
package syncrun
