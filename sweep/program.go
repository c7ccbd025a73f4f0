package sweep

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/runpath"
)

// Program says how trials are started as programs. In the zero Program everything comes from the
// sweep's config and the environment.
type Program struct {
	// Command is the command line, with macros that each trial replaces:
	//
	//   - ${args}, or {args}: --lr=0.1 for each parameter
	//   - ${args_no_equals}: --lr 0.1; ${args_no_hyphens}: lr=0.1
	//   - ${args_no_boolean_flags}: --flag for true, nothing for false, --lr=0.1 for the rest
	//   - ${args_append_hydra}: +lr=0.1; ${args_override_hydra}: ++lr=0.1
	//   - ${args_json}: all parameters in JSON; ${args_json_file}: the path of a file with them
	//   - ${program}: the program of the sweep's config; ${interpreter}: python; ${env}: /usr/bin/env
	//   - ${envvar:NAME}: the variable NAME, also inside an argument
	//
	// Values are written as Python does: True, 1e-05, ['a', 1]. Default: the command of the sweep's
	// config, then ${env} ${interpreter} ${program} ${args}.
	Command []string
	// Env is the environment, as that of an exec.Cmd. Default: that of this process.
	Env []string
	// Dir is the working directory. Default: that of this process.
	Dir string
	// Stdout and Stderr get the program's output. Default: none.
	Stdout, Stderr io.Writer
	// KillDelay is how long a program may take to end after SIGTERM, before it is killed. Default:
	// WANDB_AGENT_KILL_DELAY (seconds), then 30 s.
	KillDelay time.Duration
	// Kill kills programs that run when it is closed. Default: nil.
	Kill <-chan struct{}
}

// RunProgram runs trials by starting a program for each, under the conditions of [Agent.Run]. The
// program gets WANDB_RUN_ID, WANDB_SWEEP_ID, WANDB_SWEEP_PARAM_PATH, WANDB_ENTITY, WANDB_PROJECT
// and WANDB_BASE_URL, from which any W&B client creates the trial's run. It has no input and, on
// Unix, a process group of its own. A trial fails if the program's exit status is not 0, or if the server hands out
// a parameter that is NaN or infinite, which a program cannot be given.
//
// If the trial's context ends, the group gets SIGTERM and, after KillDelay, SIGKILL. If the
// program created no run, the agent sets the state of the trial's run, and the [Event] says so.
//
// If this process is killed, Linux sends the program SIGTERM, but not what the program has started.
// On other systems the program continues, and its run with it.
//
// Its errors are those of [Agent.Run]. If there is no command, or it cannot be started, that is
// an *errors.InputError, and no trial is requested.
func (a Agent) RunProgram(ctx context.Context, p Program) error {
	if a.Client == nil {
		_, err := a.check()
		return err
	}
	program, source := "", "" // of the config, which is only read if it matters
	if len(p.Command) == 0 || slices.Contains(p.Command, "${program}") {
		s, err := Get(ctx, a.Client, a.Sweep)
		if err != nil {
			return err
		}
		cfg, err := Parse([]byte(s.Config))
		if cfg == nil {
			connection.Of(a.Client).Log.Warn("sweep config", "error", err)
			cfg = &Config{}
		}
		if len(p.Command) == 0 {
			p.Command, source = cfg.Command, "the sweep's config"
		}
		if len(p.Command) == 0 {
			p.Command = []string{"${env}", "${interpreter}", "${program}", "${args}"}
		}
		if program = cfg.Program; program == "" && slices.Contains(p.Command, "${program}") {
			return &errors.InputError{Field: "trial command", Rule: "is missing: the sweep's config names no program"}
		}
	}
	// A command that no trial can start is not worth a trial.
	if first := expand(p.Command[:1], Trial{Program: program}, "", p.environ()); len(first) == 1 {
		if _, err := exec.LookPath(inDir(first[0], p.Dir)); err != nil {
			for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
				err = inner // the reason without the path, which is named already
			}
			return &errors.InputError{Field: "trial command", Value: first[0], Rule: "cannot be started: " + err.Error(), Source: source}
		}
	}
	return a.run(ctx, func(ctx context.Context, t Trial) outcome { return a.startProgram(ctx, t, p) })
}

// environ is the environment of the program.
func (p Program) environ() []string {
	return (&exec.Cmd{Env: p.Env, Dir: p.Dir}).Environ()
}

// startProgram runs a trial as a program.
func (a Agent) startProgram(ctx context.Context, t Trial, p Program) outcome {
	err := a.execute(ctx, t, p)
	ending, done := finishing(ctx)
	defer done()
	stored, readErr := api.New(a.Client).Run(ending, runpath.Path{Entity: t.sweep.Entity, Project: t.sweep.Project, ID: t.RunID}.String())
	if readErr != nil || stored.State != "pending" {
		return outcome{err: err} // the program has made its run, as far as the server tells
	}
	return outcome{err: a.call(ending, t, func(context.Context, *client.Run, context.CancelCauseFunc) error { return err }), noRun: true}
}

// execute runs the program until it has ended.
func (a Agent) execute(ctx context.Context, t Trial, p Program) error {
	for _, name := range t.names() {
		if v := t.Params[name]; !finite(v) {
			return fmt.Errorf("start program of trial %s of sweep %s: parameter %s is %s, which a program cannot be given; the distribution in the sweep's config makes it",
				t.RunID, t.sweep, name, pythonJSON(v))
		}
	}
	settings := connection.Of(a.Client).Settings
	dir, err := filepath.Abs(filepath.Join(settings.RunRoot(), "sweep-"+t.sweep.ID))
	if err != nil {
		return fmt.Errorf("start program: %w", err)
	}
	files, err := writeParams(dir, t)
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{Env: p.Env, Dir: p.Dir, Stdout: p.Stdout, Stderr: p.Stderr} // its command line follows; supervise ends it by a signal
	cmd.Env = append(cmd.Environ(),
		"WANDB_RUN_ID="+t.RunID, "WANDB_SWEEP_ID="+t.sweep.ID, "WANDB_SWEEP_PARAM_PATH="+files.yaml,
		"WANDB_ENTITY="+t.sweep.Entity, "WANDB_PROJECT="+t.sweep.Project, "WANDB_BASE_URL="+a.Client.BaseURL(),
	)
	args := expand(p.Command, t, files.json, cmd.Env)
	if len(args) == 0 {
		return errors.New("start program: the command line is empty")
	}
	if cmd.Path, err = exec.LookPath(inDir(args[0], p.Dir)); err != nil {
		return fmt.Errorf("start program: %w", err)
	}
	cmd.Args = args
	delay := cmp.Or(p.KillDelay, settings.Agent.KillDelay)
	cmd.WaitDelay = delay // for what it started, and left with its output
	ownGroup(cmd)
	// On Linux the program ends with this thread, which must not end before.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start program: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // supervise receives it
	return supervise(ctx, cmd, ended, delay, p.Kill)
}

// inDir is a program's name, relative to the directory in which it is started if it is a path.
func inDir(name, dir string) string {
	if dir == "" || filepath.IsAbs(name) || filepath.Base(name) == name {
		return name
	}
	return filepath.Join(dir, name)
}

// supervise waits for the program, and ends it if the context does.
func supervise(ctx context.Context, cmd *exec.Cmd, ended <-chan error, delay time.Duration, kill <-chan struct{}) error {
	late := time.NewTimer(delay)
	late.Stop() // until it was asked to end
	defer late.Stop()
	stopping := ctx.Done()
	for {
		select {
		case err := <-ended:
			if stopping != nil {
				// The program has succeeded, and what it started keeps its output open.
				if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
					return fmt.Errorf("run program: %w", err)
				}
				return nil
			}
			killGroup(cmd) // what it has started
			return errors.Join(context.Cause(ctx), err)
		case <-stopping:
			stopping = nil
			terminateGroup(cmd)
			late.Reset(delay)
		case <-late.C:
			killGroup(cmd)
		case <-kill:
			kill = nil
			killGroup(cmd)
		}
	}
}

// paramFiles are the files by which a program learns its parameters.
type paramFiles struct{ yaml, json string }

// writeParams writes the parameters of a trial below dir, as the official client does.
func writeParams(dir string, t Trial) (paramFiles, error) {
	files := paramFiles{filepath.Join(dir, "config-"+t.RunID+".yaml"), filepath.Join(dir, "config-"+t.RunID+".json")}
	text, err := t.yaml()
	if err == nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err == nil {
		err = os.WriteFile(files.yaml, text, 0o666) //nolint:gosec // as any file of a run
	}
	if err == nil {
		err = os.WriteFile(files.json, []byte(t.json()), 0o666) //nolint:gosec // as any file of a run
	}
	if err != nil {
		return files, fmt.Errorf("write parameters of trial %s: %w", t.RunID, err)
	}
	return files, nil
}
