package client

import (
	"context"
	"fmt"
	"io"

	"github.com/wandgo/wandgo/internal/session"
)

// Run is a run in progress. It is online, or stored on disk if the program chose to
// continue without the server. Create it with [Init] or [Client.Init] and end it with
// [Run.Finish]. Its methods are safe for concurrent use. Only those block on the network
// that take a context or a timeout: Alert, Finish, FinishWithCode, FinishOnPanic, Flush and
// UseArtifact; and LogArtifact, if the artifact has references.
type Run struct {
	client  *Client
	session *session.Session
}

func (c *Client) run(s *session.Session) *Run { return &Run{client: c, session: s} }

// ID returns the run's permanent name within its project.
func (r *Run) ID() string { return r.session.ID() }

// Entity returns the team or user that owns the project. The server decides about it, so it may
// differ from the requested one. For a run that never reached the server it is the requested one,
// and may be "".
func (r *Run) Entity() string { return r.session.Entity() }

// Project returns the run's project.
func (r *Run) Project() string { return r.session.Project() }

// Name returns the name shown in the web UI, "" if the server has not given one.
func (r *Run) Name() string { return r.session.Labels().Name }

// Notes returns the run's notes.
func (r *Run) Notes() string { return r.session.Labels().Notes }

// Group returns the group under which the web UI sorts the run.
func (r *Run) Group() string { return r.session.Labels().Group }

// Tags returns a copy of the run's tags.
func (r *Run) Tags() []string { return r.session.Labels().Tags }

// Resumed reports whether the run existed before and is continued.
func (r *Run) Resumed() bool { return r.session.Resumed() }

// Context returns a context that ends when the run is finished, and earlier
//
//   - when a user stops the run in the web UI; the cause is [ErrStopped].
//   - when a signal arrives that [Run.NotifyContext] waits for; the cause is an
//     [*InterruptedError].
//   - when the server stops accepting the run, if WANDB_STOP_ON_FATAL_ERROR is set; the
//     cause is what [Run.Err] returns.
//
// A training loop that checks it stops when it is asked to.
func (r *Run) Context() context.Context { return r.session.Context() }

// ErrStopped is the cause of the end of [Run.Context] when a user stopped the run in the
// web UI.
var ErrStopped = session.ErrStopped

// URL returns the address of the run's page, "" for a run that never reached the
// server.
func (r *Run) URL() string { return r.session.URL() }

// Dir returns the run's directory. It is "" for a disabled run, and if no directory could be
// made. What the server does not have is stored there, for wandgo sync or the official wandb sync
// to upload later.
func (r *Run) Dir() string { return r.session.Dir() }

// Err returns the first of these problems that the run has, or nil:
//
//   - The server has refused the run, at the start (see RunOptions.OnRefused) or later: mostly an
//     *errors.PermissionError.
//   - The server accepts the rows, but refuses changes of the settings or files. Finish tries
//     again, and the problem ends if they are accepted then.
//   - The server did not accept an artifact, or one of its files could not be read.
//   - The server did not accept an alert.
//   - Another process of this machine is writing the same run (ErrRunExists), so that
//     rows of one replace rows of the other.
//   - The disk cannot be written. Rows wait in memory meanwhile.
//
// It is nil for runs that are offline or disabled by request.
func (r *Run) Err() error { return r.session.Err() }

// Step returns the step of the next row. It is -1 in shared mode, in which the server
// numbers the rows of all processes as they arrive.
func (r *Run) Step() int64 { return r.session.Step() }

// String names the run.
func (r *Run) String() string { return r.session.String() }

// Format prints what String returns, whatever the verb, and nothing that other
// goroutines may be changing.
func (r *Run) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }
