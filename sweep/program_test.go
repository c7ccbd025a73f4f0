//go:build unix

package sweep_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// lines collects what programs write.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	next chan struct{} // gets one value for each write
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next != nil {
		l.next <- struct{}{}
	}
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// shell is a program that runs a script.
func shell(script string, out *lines) sweep.Program {
	return sweep.Program{Command: []string{"sh", "-c", script, "program", "{args}"}, Env: []string{"PATH=" + os.Getenv("PATH")}, Stdout: out, Stderr: out, KillDelay: time.Minute}
}

func TestRunProgram_ChildKeepsTheOutputOpen_TrialSucceeds(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	id := create(t, c, grid(1))
	var out lines
	var results []error
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) {
		if e.Done {
			results = append(results, e.Err)
		}
	}}
	p := shell(`sleep 5 & exit 0`, &out)
	p.KillDelay = 50 * time.Millisecond
	require.NoError(t, agent.RunProgram(t.Context(), p))
	require.NotEmpty(t, results)
	for _, err := range results {
		require.NoError(t, err)
	}
}

func TestRunProgram_Grid_StartsEveryTrialWithItsParameters(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(2))
	var out lines
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}
	require.NoError(t, agent.RunProgram(t.Context(), shell(`echo "$@"; echo $WANDB_SWEEP_ID $WANDB_ENTITY/$WANDB_PROJECT $WANDB_BASE_URL; cat "$WANDB_SWEEP_PARAM_PATH"; read x || echo no input`, &out)))
	for _, want := range []string{
		"--name=fixed --x=0\n", "--name=fixed --x=1\n", id + " acme/vision " + srv.URL() + "\n",
		"wandb_version: 1\n\nname:\n    value: fixed\nx:\n    value: 1\n", "no input\n",
	} {
		assert.Contains(t, out.String(), want)
	}
	view, _ := srv.Sweep("acme", "vision", id)
	assert.Equal(t, "FINISHED", view.State)
}

func TestRunProgram_CommandOfTheConfig_IsUsed(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	cfg := grid(1)
	cfg.Command, cfg.Program = []string{"${env}", "sh", "-c", `echo "$0 $1"`, "${program}", "${args_json}"}, "train"
	var out lines
	agent := sweep.Agent{Client: c, Sweep: create(t, c, cfg), Heartbeat: beat}
	require.NoError(t, agent.RunProgram(t.Context(), sweep.Program{Stdout: &out}))
	assert.Equal(t, "train {\"name\": \"fixed\", \"x\": 0}\n", out.String())
	err := sweep.Agent{Client: c, Sweep: "none1234", Heartbeat: beat}.RunProgram(t.Context(), sweep.Program{})
	require.ErrorIs(t, err, errors.ErrSweepMissing)
	require.ErrorIs(t, sweep.Agent{}.RunProgram(t.Context(), sweep.Program{}), errors.ErrInvalidInput)
}

func TestRunProgram_CommandThatCannotStart_AsksForNoTrial(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600))
	id := create(t, c, grid(1))
	for name, tc := range map[string]struct {
		program sweep.Program
		want    string
	}{
		"not found":      {sweep.Program{Command: []string{"no-such-program-here"}}, "executable file not found"},
		"no such file":   {sweep.Program{Command: []string{"./nosuch"}, Dir: dir}, "no such file"},
		"not executable": {sweep.Program{Command: []string{"./notes"}, Dir: dir}, "permission denied"},
		"none":           {sweep.Program{}, "the sweep's config names no program"},
		"no program":     {sweep.Program{Command: []string{"sh", "${program}"}}, "the sweep's config names no program"},
	} {
		err := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.RunProgram(t.Context(), tc.program)
		require.ErrorIs(t, err, errors.ErrInvalidInput, name)
		require.ErrorContains(t, err, tc.want, name)
		text := errors.Explain(err)
		assert.Contains(t, text, "-- ./train {args}", name)
		assert.NotContains(t, text, "in your code", name)
	}
	assert.Empty(t, states(t, srv, id))
}

// A run that the server made for the trial does not stay pending.
func TestRunProgram_FailsBeforeItsRun_LeavesAFailedRun(t *testing.T) {
	t.Parallel()
	for name, program := range map[string]sweep.Program{
		"exit status": shell("exit 3", &lines{}),
		"empty":       {Command: []string{"${none}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c := serve(t)
			id := create(t, c, grid(1))
			var failed error
			noRun := false
			agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) { failed, noRun = e.Err, e.NoRun }}
			require.NoError(t, agent.RunProgram(t.Context(), program))
			assert.True(t, noRun)
			assert.ErrorContains(t, failed, "program: ")
			assert.Equal(t, []string{"failed"}, states(t, srv, id))
			if exit, ok := errors.AsType[*exec.ExitError](failed); ok {
				assert.Equal(t, 3, exit.ExitCode())
			}
		})
	}
}

func TestRunProgram_ServerStopsTrial_GroupGetsSIGTERM(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(1))
	out := &lines{next: make(chan struct{}, 100)}
	var ended error
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) { ended = e.Err }}
	go stopWhenStarted(t, srv, out, id)
	require.NoError(t, agent.RunProgram(t.Context(), shell(`trap 'echo child' TERM; (trap 'echo grandchild; exit' TERM; echo ready; sleep 60 & wait) & wait; wait`, out)))
	require.ErrorIs(t, ended, client.ErrStopped)
	assert.Contains(t, out.String(), "child")
	assert.Contains(t, out.String(), "grandchild")
}

// stopWhenStarted stops the sweep's only run when its program has written something.
func stopWhenStarted(t *testing.T, srv *wandbtest.Server, out *lines, id string) {
	<-out.next
	view, _ := srv.Sweep("acme", "vision", id)
	if assert.Len(t, view.Runs, 1) {
		assert.NoError(t, srv.StopRun("acme", "vision", view.Runs[0]))
	}
}

func TestRunProgram_IgnoresSIGTERM_IsKilledAfterTheDelay(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(1))
	out := &lines{next: make(chan struct{}, 100)}
	program := shell(`trap '' TERM; echo ready; while :; do sleep 1; done`, out)
	program.KillDelay = 20 * time.Millisecond
	go stopWhenStarted(t, srv, out, id)
	var ended error
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) { ended = e.Err }}
	require.NoError(t, agent.RunProgram(t.Context(), program))
	assert.ErrorContains(t, ended, "signal: killed")
}

func TestRunProgram_ContextEndsOrKill_ProgramEnds(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	id := create(t, c, grid(2))
	out := &lines{next: make(chan struct{}, 100)}
	program := shell(`trap '' TERM; echo ready; while :; do sleep 1; done`, out)
	kill := make(chan struct{})
	program.Kill = kill
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-out.next
		cancel()
		close(kill)
	}()
	err := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.RunProgram(ctx, program)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAgent_Drain_LeavesAfterTheRunningTrial(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(5))
	drain := make(chan struct{})
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, Drain: drain}
	require.NoError(t, agent.Run(t.Context(), func(context.Context, *client.Run) error { close(drain); return nil }))
	assert.Equal(t, []string{"finished"}, states(t, srv, id))
	require.NoError(t, agent.Run(t.Context(), func(context.Context, *client.Run) error { return errors.New("started") }))
	assert.Len(t, states(t, srv, id), 1)
}

// A Go program under an agent makes the trial's run.
func TestRunProgram_ProgramOfThisModule_MakesTheRun(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	id := create(t, c, grid(3))
	self, err := os.Executable()
	require.NoError(t, err)
	program := sweep.Program{
		Command: []string{self, "-test.run=^TestHelper_Trial$"},
		Env:     []string{"WANDGO_TEST_TRIAL=1", "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_DIR=" + t.TempDir(), "WANDB_SILENT=true", "WANDB_X_DISABLE_STATS=true"},
	}
	agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, Parallel: 2, OnEvent: func(e sweep.Event) { assert.False(t, e.NoRun) }}
	require.NoError(t, agent.RunProgram(t.Context(), program))
	assert.Equal(t, []string{"finished", "finished", "finished"}, states(t, srv, id))
	view, _ := srv.Sweep("acme", "vision", id)
	assert.InDelta(t, 1, view.BestValue, 0)
}

func TestHelper_Trial(t *testing.T) { //nolint:paralleltest // it is a program of its own
	if os.Getenv("WANDGO_TEST_TRIAL") == "" {
		t.Skip("a trial of another test")
	}
	run, err := client.Init(t.Context(), client.RunOptions{})
	require.NoError(t, err)
	require.NoError(t, parabola(t.Context(), run))
	require.NoError(t, run.Finish(t.Context()))
}

func TestRunProgram_DirectoryCannotBeWritten_FailsTheTrial(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	dir := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(dir, nil, 0o600))
	surroundings := maps.Clone(environment)
	surroundings["TMPDIR"] = t.TempDir() // where the run goes instead
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(name string) string { return surroundings[name] }})
	require.NoError(t, err)
	defer c.Close()
	id := create(t, c, grid(1))
	var failed error
	require.NoError(t, sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) { failed = e.Err }}.RunProgram(t.Context(), shell("true", &lines{})))
	assert.ErrorContains(t, failed, "write parameters of trial")
	assert.ErrorContains(t, failed, "not a directory")
}

// A server hands out NaN if a distribution makes it. No file that a program reads its parameters from has it.
func TestRunProgram_ParameterIsNotFinite_TrialFailsAndNextOneRuns(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ value, says string }{
		"number": {`NaN`, "parameter x is NaN"},
		"nested": {`{\"deep\":[0,{\"y\":-Infinity}]}`, `parameter x is {"deep": [0, {"y": -Infinity}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c := serve(t)
			id := create(t, c, grid(3))
			srv.Inject(wandbtest.Fault{Operation: "Heartbeat", Alter: func(body []byte) []byte {
				return bytes.ReplaceAll(body, []byte(`\"value\":0`), []byte(`\"value\":`+tc.value))
			}})
			var failures []error
			agent := sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: func(e sweep.Event) {
				if e.Done {
					failures = append(failures, e.Err)
				}
			}}
			require.NoError(t, agent.RunProgram(t.Context(), sweep.Program{Command: []string{os.Args[0], "-test.run=^$"}}))
			view, _ := srv.Sweep("acme", "vision", id)
			require.Len(t, failures, 3)
			require.EqualError(t, failures[0], "start program of trial "+view.Runs[0]+" of sweep acme/vision/"+id+": "+tc.says+
				", which a program cannot be given; the distribution in the sweep's config makes it")
			assert.NoError(t, failures[1])
			assert.Equal(t, []string{"failed", "finished", "finished"}, states(t, srv, id))
		})
	}
}
