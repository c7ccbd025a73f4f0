// Package filestream uploads what a run logs: history rows, system metric events, the summary,
// console lines and the names of uploaded files. It batches them into requests to the server's
// file_stream endpoint, keeps the run alive with heartbeats, and reports to the server when and
// how the run ended.
//
// # Accepting and sending
//
// The Append methods encode into memory and return; they never block on the network. One
// goroutine per [Stream] sends. It has at most one request in flight and builds the next
// after the response, so that lines gather meanwhile. The first request is sent at once,
// later ones every [Config.Interval]. The wait is cut short if
//
//   - the run is being preempted,
//   - a full request has gathered, or the last request had no room for everything,
//   - [Stream.Flush] is called, or the stream ends.
//
// A replayed log needs no pacing: with [Config.FlushOnly], nothing is sent at an interval.
// If nothing is logged, an empty request is sent every [Config.Heartbeat].
//
// Each file consists of lines with an index, and a request has the index of its first
// line. The server overwrites by index, so that sending a request twice is harmless. The
// [Sender] retries.
//
// # Memory and disk
//
// Waiting lines are stored in the form in which they are sent. Beyond
// [Config.MemoryLimit], newer lines are written to a temporary file in [Config.SpillDir]
// and read back in order. If that file cannot be written, lines stay in memory up to
// [Config.FallbackLimit]. Then the Append methods return a [*SpillError], until there is room
// again. The lines of a request count until they are
// acknowledged; they are in memory twice only while the request is built. Console lines
// have their own limit, beyond which the oldest waiting ones are dropped and counted. The
// complete console is uploaded as a file at the end.
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
// A failed stream sends nothing more, but still accepts and keeps lines, so that no row is
// lost between the refusal and the hand-over. [Stream.HandOver] passes every row that the
// server did not acknowledge to a function, in order. After the last one the stream is handed
// over: from then on Append returns [ErrHandedOver], and the caller
// writes elsewhere. If the caller appends from one goroutine at a time, the order of rows
// is kept.
//
// [Stream.Abandon] stops at once from any state and does not report the end of the run; the
// server will show it as crashed. [Stream.Close] does the same and also releases what was
// not sent.
package filestream
