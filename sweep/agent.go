package sweep

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/runpath"
)

// DefaultHeartbeat is how often an agent reports to the server.
const DefaultHeartbeat = 5 * time.Second

// Agent runs trials of a sweep. Client and Sweep are required. Its fields must not change while
// [Agent.Run] or [Agent.RunProgram] runs.
type Agent struct {
	Client *client.Client
	// Sweep is "entity/project/id", "project/id" or "id". Default entity and project: the
	// client's.
	Sweep string
	// Count is how many trials to run; 0 for as many as the sweep has.
	Count int
	// Parallel is how many trials run at the same time, 1 by default. Each is an agent of its own to
	// the server.
	Parallel int
	// Options are the options of each trial's run, such as tags and metric sources. Entity, Project,
	// ID and Trial are set by the agent.
	Options client.RunOptions
	// Failures says when the agent gives up.
	Failures FailureRules
	// Heartbeat is how often the agent reports to the server. Default: [DefaultHeartbeat].
	Heartbeat time.Duration
	// Drain makes the agent stop after the current trials when it is closed. Default: nil.
	Drain <-chan struct{}
	// OnEvent is called when a trial starts or ends, one call at a time. It must not block for long.
	// Default: nil.
	OnEvent func(Event)
}

// Event is the start or the end of a trial.
type Event struct {
	Trial Trial
	// Done is false for the start.
	Done bool
	// Err is why the trial failed, nil if it did not. A trial that was stopped has an error that
	// matches client.ErrStopped.
	Err error
	// Duration is how long the trial took.
	Duration time.Duration
	// NoRun says that the program of a trial ended without making its run. The agent made the run, with
	// the program's outcome. It is false for the start, and for trials of [Agent.Run].
	NoRun bool
}

// Trial is a trial from the server.
type Trial struct {
	// RunID is the id of its run.
	RunID string
	// Params are the chosen parameters, by name.
	Params map[string]any
	// Program is the program of the sweep's config, or "".
	Program string

	sweep runpath.Path
	order []string // of the parameters, as the server sent them
}

// Run runs trials by calling train, until
//
//   - the sweep has no more trials, or Count of them have run: Run returns nil.
//   - ctx ends.
//   - too many trials fail, as [FailureRules] say.
//   - the server does not let the agent continue.
//
// train gets the trial's run, whose config has the parameters. It must return when its context ends:
// if the server stops the trial or the sweep, if a user stops the run in the web UI, or if the
// context of Run ends. The agent finishes the run when train returns; if that is an error other
// than [ErrEarly] or a panic, as failed. The agent continues with the next trial.
//
// A server that cannot be reached stops neither trials nor the agent, which asks again. While the
// sweep is paused, the agent waits, and logs that once.
//
// If this process is killed after it got a trial, and before the trial's run starts, the run stays
// pending, and the server does not hand the trial out again. See [Sweep.Resume] for those of a grid.
//
// Errors:
//   - *errors.InputError: a field is invalid. No request was made.
//   - *errors.RequestError that matches ErrSweepMissing: there is no such sweep, or it was deleted.
//     A running trial is not stopped then, and Run returns after it.
//   - *errors.PermissionError: the server refused; it says why.
//   - [ErrTooManyFailures], with the last trial's error.
//   - the error of ctx.
func (a Agent) Run(ctx context.Context, train func(ctx context.Context, run *client.Run) error) error {
	return a.run(ctx, func(ctx context.Context, t Trial) outcome {
		return outcome{err: a.call(ctx, t, func(ctx context.Context, run *client.Run, _ context.CancelCauseFunc) error { return train(ctx, run) })}
	})
}

// outcome is how a trial ended.
type outcome struct {
	err   error
	noRun bool
}

// run runs trials by calling do.
func (a Agent) run(ctx context.Context, do func(context.Context, Trial) outcome) error {
	at, err := a.check()
	if err != nil {
		return err
	}
	shared := newLedger(a.Client, a.Count, a.Failures, a.OnEvent)
	host, _ := os.Hostname() // what cannot be found out stays empty
	return parallel(ctx, a.Parallel, func(ctx context.Context) error {
		w := &worker{agent: &a, conn: connection.Of(a.Client), at: at, host: host, do: do, ledger: shared, drain: a.Drain}
		return w.run(ctx)
	})
}

// parallel runs n workers, at least one, and waits for them. The first error ends ctx for the others.
// parallel returns it, or the error of ctx.
func parallel(ctx context.Context, n int, work func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	for range max(n, 1) {
		workers.Go(func() {
			if err := work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

func (a Agent) check() (runpath.Path, error) {
	switch {
	case a.Client == nil:
		return runpath.Path{}, &errors.InputError{Field: "agent", Rule: "needs a client"}
	case a.Count < 0:
		return runpath.Path{}, &errors.InputError{Field: "count", Value: strconv.Itoa(a.Count), Rule: "must not be negative"}
	case a.Parallel < 0 || a.Parallel > 1000:
		return runpath.Path{}, &errors.InputError{Field: "parallel", Value: strconv.Itoa(a.Parallel), Rule: "must be from 1 to 1000"}
	case a.Heartbeat < 0:
		return runpath.Path{}, &errors.InputError{Field: "heartbeat", Value: a.Heartbeat.String(), Rule: "must not be negative"}
	}
	at, err := locate(a.Client, a.Sweep)
	if err != nil {
		return at, err
	}
	return at, checkKey(a.Client, diagnose.OpRunAgent, at)
}

func (a Agent) heartbeat() time.Duration { return cmp.Or(a.Heartbeat, DefaultHeartbeat) }

// call runs a trial as a function.
func (a Agent) call(ctx context.Context, t Trial, train trainFunc) error {
	opts := a.Options
	opts.Entity, opts.Project, opts.ID = t.sweep.Entity, t.sweep.Project, t.RunID
	opts.Trial = client.Trial{Sweep: t.sweep.ID, Params: t.Params}
	return runTrial(ctx, a.Client, opts, train)
}
