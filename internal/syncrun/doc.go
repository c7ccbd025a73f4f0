// Package syncrun uploads runs from their logs on disk: offline runs, and runs whose
// upload was not completed. The logs may be written by this client or the official one.
//
// [Find] looks for logs. An [Engine] uploads several runs at a time. The logs of one run
// are uploaded in the order in which they were started; each continues where the previous
// one ended.
//
// # Passes
//
// A log is read twice. The first pass reads config, metrics, summary, labels, files, the
// end of the run, and what is damaged. The second pass replays rows, events and console
// lines into the sink that live runs use. It waits for the server every few megabytes, so
// that memory does not grow with the length of the run. A log without an exit record is
// read once more, for the summary of the rows after its last summary record.
//
// # Where to resume
//
// The engine asks the server for the last row that it has, finds that row in the log by
// its step and time, and sends what follows. It does not rely on the note on disk. A row
// that is damaged in the file, or that reached the server but not the disk, therefore
// does not move the others.
//
//   - If the first row of the log is later than the server's last, the log continues the
//     run. If its steps start at zero again, they are moved up by the number in the file
//     .syncstate, which the official client reads and writes as well.
//   - If a later process continued the run, the engine asks the server which rows of the
//     log it has, and adds the others behind the later rows once no process writes the
//     run. They keep their steps unless the server has other rows there. The same holds
//     for a log whose process was asked to resume the run, even offline.
//   - If the server has other rows than the log, nothing is sent: [ErrConflict].
//
// Rows and lines are stored by index, so that sending one twice stores it once.
//
// # What is skipped
//
// A note beside the log says what a server has acknowledged; see [Log.Acknowledged]. If
// only a mark or the kind of the run suggests that the server has everything, the server
// is asked. [Options.Clean] asks again before it deletes a directory.
package syncrun
