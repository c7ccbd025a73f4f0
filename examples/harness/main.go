// Harness is a small training harness as one would run it in a batch system. It
// asks before the work begins where it may log to, branches on the cause when it
// may not, trains, and ends cleanly whatever happens in between.
//
//	go run ./examples/harness                          as the environment says
//	go run ./examples/harness -scenario other-team     against a server in the process
//	go run ./examples/harness -help                    all flags and scenarios
//
// Its exit codes are those that batch systems know: 0 for a finished training,
// 75 for "try again later", 77 for a refusal that somebody has to settle, 130
// when interrupted.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// The exit codes, after sysexits.h where that has one.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitTryLater    = 75
	exitRefused     = 77
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], nil, os.Stdout))
}

// run is the program. A nil getenv stands for the process's own environment.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) int {
	cfg, err := parse(args, getenv, out)
	switch {
	case errors.Is(err, errHelp):
		return exitOK
	case err != nil:
		return exitUsage // the flag package has said why
	}
	h := &harness{cfg: cfg, out: out}
	options := client.Options{InitTimeout: cfg.initTimeout, Dir: cfg.dir, Getenv: getenv}
	if cfg.verbose {
		options.Logger = slog.New(slog.NewTextHandler(out, nil))
	}
	if cfg.scenario != nil {
		stage, err := cfg.scenario.start(&options)
		if err != nil {
			fmt.Fprintln(out, err)
			return exitFailed
		}
		defer stage.close()
		h.started = stage.begin
		h.say("scenario", "%s: %s", cfg.scenario.name, cfg.scenario.story)
	}
	if h.client, err = client.New(options); err != nil {
		return h.stop(err)
	}
	defer h.client.Close()
	return h.run(ctx)
}

// harness is one training with everything around it.
type harness struct {
	cfg    *config
	client *client.Client
	out    io.Writer
	// started is called when the run has begun; scenarios use it.
	started func()
}

func (h *harness) run(ctx context.Context) int {
	entity, err := h.preflight(ctx)
	if err != nil && h.cfg.refused == stop {
		return h.stop(err)
	}
	run, err := h.start(ctx, entity)
	if err != nil {
		return h.stop(err)
	}
	if h.started != nil {
		h.started()
	}
	code := h.train(ctx, run)

	// The interruption that ended the training must not end the upload too.
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.finishTimeout)
	defer cancel()
	begun := time.Now()
	err = run.FinishWithCode(finish, code)
	switch {
	case err != nil:
		fmt.Fprintf(h.out, "\n%s\n\n", errors.Explain(err))
		h.say("kept", "%s", run.Dir())
	case run.Err() != nil && !h.sync(finish, run):
		h.say("kept", "%s (%s); wandgo sync uploads it later", run.Dir(), errors.Code(run.Err()))
	case run.Err() != nil: // it is said
	default:
		h.say("uploaded", "%s in %s", run.URL(), time.Since(begun).Round(time.Millisecond))
	}
	return code
}

// sync uploads a run that the server did not take, if that is wanted and the
// server takes it by now: somebody may have settled the matter meanwhile.
func (h *harness) sync(ctx context.Context, run *client.Run) bool {
	if !h.cfg.sync {
		return false
	}
	report, err := h.client.Sync(ctx, []string{run.Dir()}, client.SyncOptions{})
	if err != nil {
		h.say("sync", "%v", err)
		return false
	}
	for _, r := range report.Runs {
		h.say("synced", "%s, %d rows", r.URL, r.RowsSent)
	}
	return true
}

// stop explains an error and gives the exit code for it.
func (h *harness) stop(err error) int {
	fmt.Fprintf(h.out, "\n%s\n", errors.Explain(err))
	switch {
	case errors.IsRetryable(err):
		return exitTryLater
	case errors.Is(err, errors.ErrPermissionDenied):
		return exitRefused
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitFailed
}

// say prints one line: what it is about, and the fact.
func (h *harness) say(what, format string, args ...any) {
	fmt.Fprintf(h.out, "%-10s "+format+"\n", append([]any{what}, args...)...)
}
