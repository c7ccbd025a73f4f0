// Harness is a small training harness for a batch system, and a template for your own.
// Before the work starts it checks where it may log to, and branches on the cause if it
// may not. It trains, and finishes the run in order whatever happens: the server becomes
// unreachable, the run is stopped in the web UI, the batch system sends a signal, the
// training fails or panics, or the process is killed and restarted.
//
//	go run ./examples/harness                          with the settings of the environment
//	go run ./examples/harness -resume                  in a batch system: the first start and every restart
//	go run ./examples/harness -scenario other-team     against a server in the process
//	go run ./examples/harness -help                    all flags and scenarios
//
// The exit codes are those that batch systems know:
//
//   - 0: the training finished
//   - 1: the training failed
//   - 3: the training finished, and the server refused the run or a part of it
//   - 75: try again later
//   - 77: the server refused; someone has to grant access
//   - 128 plus the signal's number: stopped by a signal, such as 143 for SIGTERM
//   - 255: stopped by a person, with Ctrl-C or in the web UI
//
// preflight.go checks, train.go starts and trains, checkpoint.go saves and restores, and
// end.go finishes. scenario.go simulates servers.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// Before the run exists there is nothing to finish, so signals keep their default effect.
func main() { os.Exit(run(context.Background(), os.Args[1:], nil, os.Stdout)) }

// run is the program. A nil getenv means the process's own environment.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) int {
	cfg, err := parse(args, getenv, out)
	switch {
	case errors.Is(err, errHelp):
		return exitOK
	case err != nil:
		return exitUsage // the flag package has printed the reason
	}
	h := &harness{cfg: cfg, out: out}
	// The client prints to the same output if it is a terminal.
	options := client.Options{InitTimeout: cfg.initTimeout, Dir: cfg.dir, Getenv: getenv, Output: out}
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
		h.started = stage.continueScenario
		h.logf("scenario", "%s: %s", cfg.scenario.name, cfg.scenario.story)
	}
	h.dir = cmp.Or(options.Dir, cfg.environDir, ".")
	if h.client, err = client.New(options); err != nil {
		return h.stop(err)
	}
	defer h.client.Close()
	return h.run(ctx)
}

// harness is one training.
type harness struct {
	cfg    *config
	client *client.Client
	dir    string // of runs and checkpoints
	// started is called after the run is created; scenarios use it.
	started func()

	mu  sync.Mutex // guards out, which several goroutines write to
	out io.Writer
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
	// Without this, the run of a program that panics looks alive for minutes.
	defer run.FinishOnPanic(0) //nolint:contextcheck // it has a timeout of its own
	// The first signal stops the training in order, another one after a second kills the program.
	ctx, stop := run.NotifyContext(ctx)
	defer stop()
	if h.started != nil {
		h.started()
	}
	return h.end(ctx, run, h.train(ctx, run))
}

// logf prints one line: a subject and a fact.
func (h *harness) logf(what, format string, args ...any) {
	h.print(fmt.Sprintf("%-10s "+format+"\n", append([]any{what}, args...)...))
}

// logUnlessShown is logf for what the client prints by itself on a terminal.
func (h *harness) logUnlessShown(what, format string, args ...any) {
	if !h.client.Interactive() {
		h.logf(what, format, args...)
	}
}

// explain prints an error with its cause and what to do about it.
func (h *harness) explain(err error) { h.print("\n" + errors.Explain(err) + "\n\n") }

func (h *harness) print(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprint(h.out, text)
}

// captureOutput copies the following output to the run's Logs tab.
func (h *harness) captureOutput(run *client.Run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.out = run.Stdout(h.out)
}
