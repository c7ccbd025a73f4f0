package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/console"
	"github.com/wandgo/wandgo/internal/record"
)

// ErrInterrupted is matched by the cause of the end of [Run.Context] when a
// signal ended it; the cause is an [*InterruptedError].
var ErrInterrupted = errors.New("the program was interrupted")

// InterruptedError says which signal asked the program to end.
type InterruptedError struct{ Signal os.Signal }

// Error names the signal.
func (e *InterruptedError) Error() string {
	return fmt.Sprintf("%v by signal %v", ErrInterrupted, e.Signal)
}

// Unwrap returns [ErrInterrupted].
func (e *InterruptedError) Unwrap() error { return ErrInterrupted }

// exitInterrupted is what the official client reports after Ctrl-C.
const exitInterrupted = 255

// ExitCode is what [Run.FinishWithCode] should be given: 255 for Ctrl-C, as the
// official client does, else 128 and the signal's number, as shells do.
func (e *InterruptedError) ExitCode() int {
	if n, ok := e.Signal.(syscall.Signal); ok && n != syscall.SIGINT {
		return 128 + int(n)
	}
	return exitInterrupted
}

// OnSignal lets signals end the run in good order; without arguments os.Interrupt
// (Ctrl-C) and SIGTERM, which Slurm and Kubernetes send before they kill. The
// first one ends [Run.Context] with an [*InterruptedError] as its cause; the
// program then stops training and calls [Run.FinishWithCode] with its ExitCode.
// From the first on the signals work as if OnSignal had not been called, so that
// a second one kills the program, also while Finish uploads.
//
//	defer run.OnSignal()()
//	for run.Context().Err() == nil { … }
//	code := 0
//	if e, ok := errors.AsType[*client.InterruptedError](context.Cause(run.Context())); ok {
//		code = e.ExitCode()
//	}
//	err = run.FinishWithCode(ctx, code)
//
// stop takes it back and waits for its goroutine; the end of Finish does so too.
// It may be called any number of times, and OnSignal for several runs, each of
// which hears of the signal. For a run that is finished it does nothing.
func (r *Run) OnSignal(signals ...os.Signal) (stop func()) {
	if len(signals) == 0 {
		signals = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return func() {}
	}
	arrived := make(chan os.Signal, 1)
	quit := make(chan struct{})
	var watching sync.WaitGroup
	signal.Notify(arrived, signals...)
	watching.Go(func() {
		select {
		case s := <-arrived:
			signal.Stop(arrived) // before anybody knows of the first signal
			r.client.log.Warn("the run is asked to end", "run", r.String(), "signal", s)
			r.cancel(&InterruptedError{Signal: s})
		case <-quit:
			signal.Stop(arrived)
		}
	})
	var once sync.Once
	stop = func() {
		once.Do(func() { close(quit) })
		watching.Wait()
	}
	r.watches = append(r.watches, stop)
	return stop
}

// stopWatching ends what OnSignal began.
func (r *Run) stopWatching() {
	r.mu.Lock()
	watches := r.watches
	r.watches = nil
	r.mu.Unlock()
	for _, stop := range watches {
		stop()
	}
}

// DefaultPanicTimeout is how long [Run.FinishOnPanic] takes unless told otherwise.
const DefaultPanicTimeout = 10 * time.Second

// FinishOnPanic marks the run as failed, with exit code 1, when the program
// panics, and lets the panic go on with its value. It must be deferred itself:
//
//	run, err := client.Init(ctx, opts)
//	…
//	defer run.FinishOnPanic(0)
//
// It sees a panic of the goroutine that deferred it, and no other. Where console
// output is kept the logs tab gets the panic too. It uploads for at most timeout,
// 0 meaning [DefaultPanicTimeout]; what does not get to the server by then stays
// in [Run.Dir]. Without a panic it does nothing.
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
	r.showPanic(cause)
	if err := r.FinishWithCode(ctx, 1); err != nil {
		r.client.log.Warn("finish a run that panicked", "run", r.String(), "error", err)
	}
	panic(cause) //nolint:forbidigo // it is the program's own
}

// showPanic puts a panic where the console's lines are, if they are kept: the
// runtime writes it past every writer.
func (r *Run) showPanic(cause any) {
	if r.screen != nil && r.screen.used() {
		_, _ = fmt.Fprintf(r.screen.writer(console.Stderr), "panic: %v\n\n%s", cause, debug.Stack())
	}
}

// Preempting tells the server at once, and the run's directory, that the machine
// is about to be taken away, so that the web UI shows the run as preempting
// rather than crashed. Go on logging, or Finish. It does not wait for the network
// and is safe for concurrent use. The error is ErrRunFinished, or says that
// neither the server nor the disk will know.
func (r *Run) Preempting() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return fmt.Errorf("mark %s as preempting: %w", r, errors.ErrRunFinished)
	}
	var onDisk, online error
	if r.rec != nil {
		onDisk = r.rec.writer.Append(&record.Preempting{})
	}
	if r.homeless {
		online = r.why.first()
	}
	if r.up != nil && !r.up.ended.Load() {
		online = r.up.stream.Preempting()
		if online == nil || (r.rec != nil && onDisk == nil) {
			r.note(onDisk)
			return nil
		}
	}
	if err := errors.Join(online, onDisk); err != nil {
		return fmt.Errorf("mark %s as preempting: %w", r, flat{err})
	}
	return nil
}
