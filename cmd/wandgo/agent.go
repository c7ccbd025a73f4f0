package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
)

var agentCommand = command{
	name: "agent", args: "SWEEP [--count N] [--parallel N] [-- COMMAND ...]",
	summary: "run the trials of a sweep, as programs",
	long: `
Runs trials of a sweep until it has no more: asks the server for parameters and
starts a program with them. The program makes the trial's run with any W&B
client, which learns the run's id, the sweep and the parameters from
WANDB_RUN_ID, WANDB_SWEEP_ID and WANDB_SWEEP_PARAM_PATH.

The command is that of the sweep's config unless one is given. Its macros:
  {args} or ${args}         --lr=0.1 for each parameter
  ${args_no_equals}         --lr 0.1         ${args_no_hyphens}     lr=0.1
  ${args_append_hydra}      +lr=0.1          ${args_override_hydra} ++lr=0.1
  ${args_no_boolean_flags}  --flag for true, nothing for false
  ${args_json}              all in JSON      ${args_json_file}      in a file
  ${program}                the program of the config
  ${interpreter}            python           ${env}                 /usr/bin/env
  ${envvar:NAME}            a variable, also inside an argument

A trial that the server stops gets SIGTERM and, 30 seconds later
(WANDB_AGENT_KILL_DELAY), SIGKILL. The agent gives up after three failures in
its first minute (unless WANDB_AGENT_DISABLE_FLAPPING is true), and after more
than five failures without a success (WANDB_AGENT_MAX_INITIAL_FAILURES).

The first Ctrl-C lets the running trials end, the second terminates them, the
third kills them.

Flags:
  --count N         how many trials to run (default: all)
  --parallel N      how many at the same time (default 1)
  --max-failures N  give up after N failures in a row (default: no limit)
  --quiet           print nothing about trials; programs still print

A program that makes no run is a trial without results; the agent says so, and
sets the state of its run. While the sweep is paused, the agent waits.

The exit statuses are those of wandgo doctor; 46 if there is no such sweep, and
70 if every trial failed, or the agent gave up because of failures. Otherwise
failed trials do not change the status.

Examples:
  wandgo agent acme/vision/abcd1234
  wandgo agent acme/vision/abcd1234 --count 10 --parallel 2 -- ./train {args}
`,
	run: runAgent,
}

func runAgent(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	count, parallel := set.Int("count", 0, ""), set.Int("parallel", 1, "")
	failures := set.Int("max-failures", 0, "")
	quiet := set.Bool("quiet", false, "")
	var program []string
	for i, arg := range args {
		if arg == "--" {
			args, program = args[:i], args[i+1:]
			break
		}
	}
	path, err := a.parseOne(c, set, args, "sweep; write -- in front of the command")
	switch {
	case err != nil:
		return err
	case *count < 0:
		return usageError(c, "--count must not be negative")
	case *parallel < 1 || *parallel > 1000:
		return usageError(c, "--parallel must be from 1 to 1000")
	case *failures < 0:
		return usageError(c, "--max-failures must not be negative")
	}
	lines := &trialLines{p: &printer{w: a.stderr}}
	opts := a.env.options()
	opts.Output = io.Discard // the lines say what happens to the runs that the agent makes
	if *quiet {
		lines.p.w = io.Discard
	} else {
		opts.Logger = sweepWarnings(a.stderr)
	}
	s := watchSignals(ctx, lines.draining)
	defer s.stop()
	agent := sweep.Agent{
		Sweep: path, Count: *count, Parallel: *parallel, Drain: s.drain, Failures: sweep.FailureRules{MaxConsecutive: *failures}, OnEvent: lines.line,
	}
	status := a.exit(s.ctx, withOptions(s.ctx, opts, func(cl *client.Client) error { //nolint:contextcheck // the trials outlive the first signal
		agent.Client = cl
		err := agent.RunProgram(s.ctx, sweep.Program{Command: program, Env: a.programEnv(), Dir: a.env.workDir, Stdout: a.stdout, Stderr: a.stderr, Kill: s.kill})
		lines.summary()
		return err
	}))
	select {
	case <-s.drain:
		return exitCode(cmp.Or(status, exitInterrupted))
	default:
	}
	switch {
	case status != exitAllowed:
		return exitCode(status)
	case lines.failed > 0 && lines.finished == 0:
		return exitCode(exitTrialsFailed)
	case lines.failed+lines.finished+lines.stopped == 0:
		lines.p.printf("No trials to run: sweep %s is over. To see its trials: wandgo sweep show %s\n", printable(path), printable(path))
	}
	return nil
}

// programEnv is the environment of the programs; nil is that of this process.
func (a *app) programEnv() []string {
	if a.env.vars == nil {
		return nil
	}
	env := []string{}
	for name, value := range a.env.vars {
		env = append(env, name+"="+value)
	}
	return env
}

// signals turns signals into the three ways of ending an agent.
type signals struct {
	ctx         context.Context // ends with the second signal
	drain, kill chan struct{}   // closed by the first and the third
	stop        func()
}

// watchSignals starts to watch. The end of first, the program's context, drains, too. draining is
// called when that begins.
func watchSignals(first context.Context, draining func()) *signals {
	ctx, cancel := context.WithCancel(context.WithoutCancel(first))
	s := &signals{ctx: ctx, drain: make(chan struct{}), kill: make(chan struct{})}
	received, done := make(chan os.Signal, 3), make(chan struct{})
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	var watching sync.WaitGroup
	drain, ended := sync.OnceFunc(func() { close(s.drain); draining() }), first.Done()
	if first.Err() != nil {
		drain()
	}
	watching.Go(func() {
		for n := 0; ; {
			select {
			case <-received:
				switch n++; n {
				case 1:
					drain()
				case 2:
					cancel()
				case 3:
					close(s.kill)
				}
			case <-ended: // by the first signal, which is received here, too
				ended = nil
				drain()
			case <-done:
				return
			}
		}
	})
	s.stop = func() {
		signal.Stop(received)
		close(done)
		watching.Wait()
		cancel()
	}
	return s
}

// trialLines prints one line when a trial starts or ends.
type trialLines struct {
	mu      sync.Mutex
	p       *printer
	running int
	// finished, failed and stopped trials. Those of noRun made no run.
	finished, failed, stopped, noRun int
}

// summary counts the trials.
func (l *trialLines) summary() {
	l.mu.Lock()
	defer l.mu.Unlock()
	var counts []string
	for _, c := range []struct {
		n    int
		word string
	}{{l.finished, "finished"}, {l.failed, "failed"}, {l.stopped, "stopped"}} {
		if c.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if len(counts) == 0 {
		return
	}
	text := counted(l.finished+l.failed+l.stopped, "trial") + ": " + strings.Join(counts, ", ")
	if l.noRun > 0 {
		text += fmt.Sprintf("; %d made no run, so there are no results", l.noRun)
	}
	l.p.printf("%s.\n", text)
}

// draining says that the agent waits for the trials that run.
func (l *trialLines) draining() {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.running == 1:
		l.p.printf("Waiting for 1 trial to end. Ctrl-C or SIGTERM again to terminate it.\n")
	case l.running > 1:
		l.p.printf("Waiting for %d trials to end. Ctrl-C or SIGTERM again to terminate them.\n", l.running)
	}
}

func (l *trialLines) line(e sweep.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	noRun := ""
	if e.Done {
		l.running--
	}
	if e.NoRun {
		l.noRun++
		noRun = "; it made no run"
	}
	took := rounded(e.Duration)
	switch id := printable(e.Trial.RunID); {
	case !e.Done:
		l.running++
		var params []string
		for _, name := range sortedKeys(e.Trial.Params) {
			params = append(params, name+"="+cellText(e.Trial.Params[name]))
		}
		l.p.printf("%s  started   %s\n", id, printable(strings.Join(params, " ")))
	case errors.Is(e.Err, client.ErrStopped):
		l.stopped++
		l.p.printf("%s  stopped   after %s%s\n", id, took, noRun)
	case e.Err != nil:
		l.failed++
		l.p.printf("%s  failed    after %s: %s%s\n", id, took, printable(e.Err.Error()), noRun)
	default:
		l.finished++
		l.p.printf("%s  finished  after %s%s\n", id, took, noRun)
	}
}
