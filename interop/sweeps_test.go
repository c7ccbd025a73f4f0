package interop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// trialVariable makes the test program a trial of a sweep.
const trialVariable = "WANDGO_INTEROP_TRIAL"

// sweepScenario is what both clients do with a sweep of the same config.
type sweepScenario struct {
	name, config string
	// train is what a trial does; parabola by default.
	train func(ctx context.Context, run *client.Run) error
	count int
	// during is called while the trials run.
	during func(ctx context.Context, t *testing.T, srv *wandbtest.Server, id string)
	fails  bool // the agent ends with an error
}

const gridOfThree = "method: grid\nmetric: {name: loss, goal: minimize}\nparameters:\n  x: {values: [0, 1, 2]}\n"

func sweepScenarios() []sweepScenario {
	return []sweepScenario{
		{name: "grid", config: gridOfThree},
		{name: "count", config: gridOfThree, count: 2},
		{name: "run_cap", config: "method: random\nrun_cap: 3\nmetric: {name: loss, goal: minimize}\nparameters:\n  x: {min: 0, max: 5}\n"},
		{name: "bayes", config: "method: bayes\nrun_cap: 2\nmetric: {name: loss, goal: maximize}\nparameters:\n  x: {min: 0.0, max: 5.0}\n"},
		{name: "types", config: "method: grid\nparameters:\n  x: {value: 1}\n  small: {value: 1.0e-5}\n  text: {value: '008'}\n  flag: {values: [true, false]}\n  list: {value: [1, a]}\n  none: {value: null}\n"},
		{name: "nested", config: "method: grid\nparameters:\n  x: {value: 3}\n  net:\n    parameters:\n      depth: {values: [1, 2]}\n      act: {value: relu}\n"},
		{name: "failing", config: gridOfThree, train: func(_ context.Context, run *client.Run) error {
			x, err := logX(run)
			if err == nil && x == 1 {
				err = errors.New("one is bad")
			}
			return err
		}},
		{name: "flapping", config: "method: grid\nparameters:\n  x: {values: [0, 1, 2, 3, 4]}\n", fails: true, train: func(_ context.Context, run *client.Run) error {
			return errors.Join(run.Log(map[string]any{"loss": 1}), errors.New("bad"))
		}},
		{name: "own_config", config: gridOfThree, train: func(_ context.Context, run *client.Run) error {
			_, err := logX(run)
			return err
		}},
		{name: "stopped", config: gridOfThree, during: stopFirst, train: func(ctx context.Context, run *client.Run) error {
			x, err := logX(run)
			if err == nil && x == 0 {
				<-ctx.Done()
				err = ctx.Err()
			}
			return err
		}},
	}
}

// logX logs the parameter x as the loss.
func logX(run *client.Run) (x float64, err error) {
	if _, err := run.Config().Get("x", &x); err != nil {
		return 0, err
	}
	return x, run.Log(map[string]any{"loss": x})
}

func parabola(_ context.Context, run *client.Run) error {
	var x float64
	if ok, err := run.Config().Get("x", &x); err != nil || !ok {
		return fmt.Errorf("no x: %w", err)
	}
	return run.Log(map[string]any{"loss": (x - 2) * (x - 2)})
}

// stopFirst stops the first trial when it has logged something.
func stopFirst(ctx context.Context, t *testing.T, srv *wandbtest.Server, id string) {
	t.Helper()
	v, err := srv.WaitSweep(ctx, "acme", "sweeps", id, func(v wandbtest.SweepView) bool { return len(v.Runs) > 0 })
	if !assert.NoError(t, err) {
		return
	}
	_, err = srv.WaitRun(ctx, "acme", "sweeps", v.Runs[0], func(r wandbtest.RunView) bool { return len(r.HistoryLines) > 0 })
	assert.NoError(t, err)
	assert.NoError(t, srv.StopRun("acme", "sweeps", v.Runs[0]))
}

// storedSweep is what the server has of a sweep, as far as both clients must agree.
type storedSweep struct {
	State  string
	Trials []string
	Agents int
}

func storedOf(t *testing.T, srv *wandbtest.Server, id string, sampled bool) storedSweep {
	t.Helper()
	v, ok := srv.Sweep("acme", "sweeps", id)
	require.True(t, ok)
	s := storedSweep{State: v.State, Agents: len(v.Agents)}
	for _, runID := range v.Runs {
		run, _ := srv.Run("acme", "sweeps", runID)
		delete(run.Config, "_wandb")
		if sampled { // random values differ
			delete(run.Config, "x")
			delete(run.Summary, "loss")
		}
		config, err := json.Marshal(run.Config)
		require.NoError(t, err)
		exit := "none"
		if run.ExitCode != nil {
			exit = fmt.Sprint(*run.ExitCode)
		}
		s.Trials = append(s.Trials, fmt.Sprintf("%s %s exit=%s loss=%v rows=%d sweep=%v tags=%v", run.State, config, exit, run.Summary["loss"], len(run.HistoryLines), run.Sweep == id, run.Tags))
	}
	slices.Sort(s.Trials)
	return s
}

// TestSweeps_BothClients_LeaveTheSameTrials runs each scenario with the official client's agent on a
// sweep that it created, and with wandgo's on one of its own.
func TestSweeps_BothClients_LeaveTheSameTrials(t *testing.T) {
	t.Parallel()
	for _, sc := range sweepScenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, scenario.Server())
			script := officialScript(t, srv.URL(), "sweeps.py")
			created := srv.Inject(wandbtest.Fault{Operation: "CreateAgent"})
			background(t, sc, srv, func() string {
				assert.NoError(t, created.Wait(t.Context(), 1))
				return srv.Sweeps()[0].ID
			}, func() { script("run", sc.name, sc.config) })
			theirs := srv.Sweeps()[0].ID

			c := connect(t, srv.URL())
			cfg, err := sweep.Parse([]byte(sc.config))
			require.NoError(t, err)
			cfg.Project = "sweeps"
			ours, err := sweep.Create(t.Context(), c, cfg)
			require.NoError(t, err)
			agent := sweep.Agent{Client: c, Sweep: "acme/sweeps/" + ours, Count: sc.count, Heartbeat: 20 * time.Millisecond}
			if sc.name == "own_config" {
				agent.Options = client.RunOptions{Config: map[string]any{"x": 99, "own": 1}, Tags: []string{"t"}}
			}
			train := sc.train
			if train == nil {
				train = parabola
			}
			background(t, sc, srv, func() string { return ours }, func() {
				err := agent.Run(t.Context(), train)
				assert.Equal(t, sc.fails, err != nil, "%v", err)
			})
			sampled := cfg.Method != sweep.Grid
			want := storedOf(t, srv, theirs, sampled)
			if sc.fails { // whether the official agent asks for one more trial before it gives up is a matter of timing
				want.Trials = slices.DeleteFunc(want.Trials, func(trial string) bool { return strings.HasPrefix(trial, "pending ") })
			}
			assert.Equal(t, want, storedOf(t, srv, ours, sampled))
			assert.Empty(t, srv.Unknown())
		})
	}
}

// background runs what a scenario does to the sweep beside run.
func background(t *testing.T, sc sweepScenario, srv *wandbtest.Server, id func() string, run func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if sc.during != nil {
			sc.during(t.Context(), t, srv, id())
		}
	}()
	run()
	<-ended
}

// TestSweeps_AgentsOfOneClient_RunProgramsOfTheOther has a sweep whose trials are Go programs under the
// official agent, and one whose trials are Python programs under wandgo's.
func TestSweeps_AgentsOfOneClient_RunProgramsOfTheOther(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	srv := wandbtest.New(t, scenario.Server())
	c := connect(t, srv.URL())
	create := func(command ...string) string {
		cfg, err := sweep.Parse([]byte(gridOfThree))
		require.NoError(t, err)
		cfg.Project, cfg.Command = "sweeps", command
		id, err := sweep.Create(t.Context(), c, cfg)
		require.NoError(t, err)
		return id
	}
	variables := []string{"WANDB_BASE_URL=" + srv.URL(), "WANDB_API_KEY=" + scenario.Key, "WANDB_SILENT=true", "WANDB_X_DISABLE_STATS=true", "WANDB_CONSOLE=off", trialVariable + "=1"}

	ofGo := create("${env}", self, "${args}")
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	cmd := sdk.Command(ctx, dir, "-m", "wandb", "agent", "acme/sweeps/"+ofGo)
	cmd.Env = append(cmd.Env, variables...)
	output(t, cmd)

	script, err := filepath.Abs(filepath.Join("testdata", "sweeps.py"))
	require.NoError(t, err)
	ofPython := create(sdk.Python(), script, "trial")
	dir = t.TempDir()
	python := sdk.Command(t.Context(), dir)
	agent := sweep.Agent{Client: c, Sweep: "acme/sweeps/" + ofPython, Heartbeat: 20 * time.Millisecond}
	require.NoError(t, agent.RunProgram(t.Context(), sweep.Program{Env: append(python.Env, variables...), Dir: dir}))

	want := storedSweep{State: "FINISHED", Agents: 1, Trials: []string{
		`finished {"x":0} exit=0 loss=4 rows=1 sweep=true tags=[]`, `finished {"x":1} exit=0 loss=1 rows=1 sweep=true tags=[]`, `finished {"x":2} exit=0 loss=0 rows=1 sweep=true tags=[]`,
	}}
	assert.Equal(t, want, storedOf(t, srv, ofGo, false), "Go programs under the official agent")
	assert.Equal(t, want, storedOf(t, srv, ofPython, false), "Python programs under wandgo's agent")
}

// trial is the Go program of a sweep.
func trial() int {
	ctx := context.Background()
	run, err := client.Init(ctx, client.RunOptions{})
	if err == nil {
		err = errors.Join(parabola(ctx, run), run.Finish(ctx))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
