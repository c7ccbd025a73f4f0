// Package filestream uploads what a run logs: history rows, system metric
// events, the summary, console lines and the names of uploaded files. It batches
// them into requests to the server's file_stream endpoint, keeps the run alive
// with heartbeats, and tells the server when and how the run ended.
//
// # Accepting and sending
//
// The Append methods encode into memory and return; they never wait for the
// network. One goroutine per [Stream] owns the sending. It has one request in
// flight at most, and builds the next when the last is answered, so that lines
// keep gathering meanwhile. The first request goes at once, later ones every
// [Config.Interval]. The wait is cut short when the run is being preempted, when
// a full request has gathered, when the last request had to leave something out,
// when [Stream.Flush] is called, and when the stream ends. A replayed log needs no
// such pace: with [Config.FlushOnly], nothing is sent at an interval. When nothing is logged, an empty request goes every
// [Config.Heartbeat].
//
// Each file has lines with an index, and a request names the index of its first
// line. The server overwrites by index, so sending a request twice does no harm;
// retries are left to the [Sender].
//
// # Memory and disk
//
// Waiting lines are held in the very form in which they travel. Beyond
// [Config.MemoryLimit] newer lines go to a temporary file in [Config.SpillDir]
// and come back in order. If that file cannot be written, lines stay in memory up to
// [Config.FallbackLimit]; then the Append methods return a [*SpillError] and count
// the line as lost, and recover when there is room again. The lines of a request
// count until they are acknowledged, and are in memory twice only while it is
// built. Console lines have a limit of their own, beyond which the oldest waiting
// ones are dropped and counted: the complete console goes to the server as a file
// at the end.
//
// # States
//
//	        Start           Finish                last request answered
//	new ───────────▶ open ───────────▶ finishing ──────────────────────▶ finished
//	                  │                    │
//	                  │  request refused   │  context of Finish ended,
//	                  │  or retries spent  │  or request refused
//	                  ▼                    ▼
//	               failed            failed or abandoned ──HandOver──▶ handed over
//	                  └───────────────────HandOver───────────────────────▲
//
// In failed, nothing more is sent, but lines are still accepted and kept, so that
// no row falls between the refusal and whoever takes over. [Stream.HandOver]
// gives every line that the server did not acknowledge to a function, in order,
// with its index. When it has given the last one, the stream is handed over at
// that very moment: from then on Append returns [ErrHandedOver] and the caller
// writes elsewhere. A caller that appends from one goroutine at a time thus keeps
// the order of rows across the change.
//
// [Stream.Abandon] stops at once from any state, without telling the server that
// the run ended; the server will show it as crashed. [Stream.Close] does the same
// and also releases what was not sent.
package filestream
