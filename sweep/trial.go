package sweep

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// trainFunc trains with the run of a trial. end ends its context.
type trainFunc func(ctx context.Context, run *client.Run, end context.CancelCauseFunc) error

// runTrial starts the run of a trial, calls train, and finishes the run: as failed if train returns an error or panics,
// or if its context ends, unless that is because of [ErrEarly].
func runTrial(ctx context.Context, c *client.Client, opts client.RunOptions, train trainFunc) error {
	run, err := c.Init(ctx, opts)
	if err != nil {
		return err
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(run.Context(), func() { cancel(context.Cause(run.Context())) }) //nolint:contextcheck // the run has a context of its own
	err = guarded(func() error { return train(within, run, cancel) })
	stop()
	if cause := context.Cause(within); cause != nil && !errors.Is(err, cause) {
		err = errors.Join(cause, err) // it ended early, whatever it returned
	}
	code := 1
	if err == nil || errors.Is(err, ErrEarly) {
		code = 0
	}
	ending, done := finishing(ctx)
	defer done()
	return errors.Join(err, run.FinishWithCode(ending, code))
}

// finishTime bounds the finishing of a run after the agent's context has ended.
const finishTime = 30 * time.Second

// finishing is a context for finishing a run: that of the trial or, if it has ended, another one for a
// while.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), finishTime)
}

// guarded calls f and turns a panic into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// PanicError is the error of a trial whose function panics.
type PanicError struct {
	// Value is what was passed to panic.
	Value any
	// Stack is the goroutine's stack.
	Stack []byte
}

// Error returns the value in one line.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }
