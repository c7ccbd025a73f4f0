package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/wandgo/wandgo/errors"
)

// ErrInterrupted is matched by the cause of the end of [Run.Context] when a
// signal ended it; the cause is an [*InterruptedError].
var ErrInterrupted = errors.New("the program was stopped by a signal")

// InterruptedError names the signal that asked the program to stop.
type InterruptedError struct{ Signal os.Signal }

// Error names the signal.
func (e *InterruptedError) Error() string {
	return "the program was stopped by " + signalName(e.Signal)
}

// Unwrap returns [ErrInterrupted].
func (e *InterruptedError) Unwrap() error { return ErrInterrupted }

// signalName is the name that people know a signal by.
func signalName(s os.Signal) string {
	switch s {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	}
	return fmt.Sprintf("the signal %v", s)
}

// exitInterrupted is what the official client reports after Ctrl-C.
const exitInterrupted = 255

// ExitCode returns the code to pass to [Run.FinishWithCode]: 255 for Ctrl-C, as the official
// client does, else 128 and the signal's number, as shells do.
func (e *InterruptedError) ExitCode() int {
	if n, ok := signalNumber(e.Signal); ok && e.Signal != os.Interrupt {
		return 128 + n
	}
	return exitInterrupted
}

// NotifyContext returns a context that ends when a signal arrives, when parent ends, or
// when the run's context ends. Without signals it waits for os.Interrupt (Ctrl-C) and
// SIGTERM, which Slurm and Kubernetes send before they kill. It is
// [signal.NotifyContext] for a run.
//
// The first signal also ends [Run.Context], and prints a line to Options.Output. The cause
// of both contexts is an [*InterruptedError]. The program then stops training and calls
// [Run.FinishWithCode] with the error's ExitCode. A second after the first signal the program
// handles signals as before the call, so that another one kills it, even while Finish
// uploads. Until then others are ignored, because timeout(1) and some batch systems send
// each signal twice: to the process and to its group.
//
//	ctx, stop := run.NotifyContext(ctx)
//	defer stop()
//	for ctx.Err() == nil { … }
//	code := 0
//	if e, ok := errors.AsType[*client.InterruptedError](context.Cause(ctx)); ok {
//		code = e.ExitCode()
//	}
//	err = run.FinishWithCode(context.WithoutCancel(ctx), code)
//
// stop restores the signals and waits for the goroutine that waits for them. It can be
// called any number of times. The end of the run does the same. Several runs can wait
// for one signal.
func (r *Run) NotifyContext(parent context.Context, signals ...os.Signal) (ctx context.Context, stop context.CancelFunc) {
	if len(signals) == 0 {
		signals = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	ctx, cancel := context.WithCancelCause(parent)
	if run := r.Context(); run.Err() != nil {
		cancel(context.Cause(run))
		return ctx, func() {}
	}
	arrived, stopped := make(chan os.Signal, 1), make(chan struct{})
	var waiting sync.WaitGroup
	signal.Notify(arrived, signals...)
	waiting.Go(func() {
		defer signal.Stop(arrived)
		select {
		case s := <-arrived:
			r.client.env.Log.Warn("a signal asks the run to end", "run", r.String(), "signal", s)
			cause := &InterruptedError{Signal: s}
			r.client.env.Screen.Interrupted(signalName(s))
			r.session.Stop(cause)
			cancel(cause)
			select {
			case <-time.After(sameSignal):
			case <-stopped:
			}
		case <-ctx.Done():
		case <-r.Context().Done():
			cancel(context.Cause(r.Context())) //nolint:contextcheck // the run's context has a life of its own
		}
	})
	return ctx, sync.OnceFunc(func() {
		close(stopped)
		cancel(context.Canceled)
		waiting.Wait()
	})
}

// sameSignal is how soon after a signal another one is the same, sent twice.
const sameSignal = time.Second

// DefaultPanicTimeout is the default timeout of [Run.FinishOnPanic].
const DefaultPanicTimeout = 10 * time.Second

// FinishOnPanic marks the run as failed, with exit code 1, when the program panics. The panic
// then continues with its value. Defer the call directly:
//
//	run, err := client.Init(ctx, opts)
//	…
//	defer run.FinishOnPanic(0)
//
// It handles only panics of the goroutine that deferred it. If console output is stored, the logs
// tab shows the panic, too. It uploads for at most timeout (0 means [DefaultPanicTimeout]); the
// rest stays in [Run.Dir]. Without a panic it does nothing.
func (r *Run) FinishOnPanic(timeout time.Duration) {
	cause := recover()
	if cause == nil {
		return
	}
	if timeout <= 0 {
		timeout = DefaultPanicTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	r.session.ShowPanic(cause)
	if err := r.FinishWithCode(ctx, 1); err != nil {
		r.client.env.Log.Warn("finish a run that panicked", "run", r.String(), "error", err)
	}
	panic(cause) //nolint:forbidigo // it is the program's own
}

// MarkPreempting reports to the server at once, and stores on disk, that the machine is
// about to be taken away. The web UI then shows the run as preempting rather than
// crashed. The run continues: go on logging, or call Finish. It does not block on the
// network and is safe for concurrent use.
//
// The error is ErrRunFinished, or says why it could be neither sent nor stored.
func (r *Run) MarkPreempting() error { return r.session.MarkPreempting() }
