// Harness is a small training harness as one would run it in a batch system, and a
// place to start from. It asks before the work begins where it may log to, branches on
// the cause when it may not, trains, and brings the run to its end whatever happens in
// between: the server is lost, somebody stops the run in the web UI, the machine is
// wanted back, the training fails or panics, the process is killed and started again.
//
//	go run ./examples/harness                          as the environment says
//	go run ./examples/harness -scenario other-team     against a server in the process
//	go run ./examples/harness -help                    all flags and scenarios
//
// Its exit codes are those that batch systems know: 0 for a finished training, 1 for
// one that failed, 75 for "try again later", 77 for a refusal that somebody has to
// settle, 128 and the signal's number when a signal ended it (143 for SIGTERM), and
// 255 when a person did, with Ctrl-C or in the web UI.
//
// preflight.go asks, train.go starts and trains, checkpoint.go keeps what a process
// that is killed would lose, end.go ends; scenario.go is for trying it out.
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

// Until there is a run there is nothing to bring to an end, and signals do what they
// always do.
func main() { os.Exit(run(context.Background(), os.Args[1:], nil, os.Stdout)) }

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
	// The client shows on the same output what it has to show, if it is a terminal.
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
		h.started = stage.begin
		h.say("scenario", "%s: %s", cfg.scenario.name, cfg.scenario.story)
	}
	h.dir = cmp.Or(options.Dir, cfg.environDir, ".")
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
	dir    string // where runs and checkpoints are kept
	// started is called when the run has begun; scenarios use it.
	started func()

	mu  sync.Mutex // several goroutines have something to say
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
	// A panic is told at once; else the run would seem to go on for minutes.
	defer run.FinishOnPanic(0) //nolint:contextcheck // it has a timeout of its own
	// The first signal ends the training in good order, a second one the program.
	defer run.OnSignal()()
	if h.started != nil {
		h.started()
	}
	return h.end(ctx, run, h.train(ctx, run))
}

// say prints one line: what it is about, and the fact.
func (h *harness) say(what, format string, args ...any) {
	h.print(fmt.Sprintf("%-10s "+format+"\n", append([]any{what}, args...)...))
}

// tell is say for what the client shows by itself where there is a terminal.
func (h *harness) tell(what, format string, args ...any) {
	if !h.client.Shows() {
		h.say(what, format, args...)
	}
}

// explain prints an error with its reasons and what to do about it.
func (h *harness) explain(err error) { h.print("\n" + errors.Explain(err) + "\n\n") }

func (h *harness) print(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprint(h.out, text)
}

// speakThrough shows what is said from now on in the run's logs tab as well.
func (h *harness) speakThrough(run *client.Run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.out = run.Stdout(h.out)
}
