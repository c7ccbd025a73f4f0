//go:build unix

package sweep_test

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// killing starts processes that end themselves by SIGKILL at random moments, and reads what they print: a word and the
// id of a trial for each thing that they do.
type killing struct {
	t      *testing.T
	helper string // the test that is the process
	env    []string
	seed   uint64

	mu    sync.Mutex
	said  map[string]map[string]int // how often a word was said about an id
	after map[string]int            // how many were killed after a word
}

// kills is how many processes a test kills: a few, or what WANDGO_CRASHTEST_KILLS says, at most 100.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("WANDGO_CRASHTEST_KILLS")); err == nil && n > 0 {
		return min(n, 100)
	}
	return 4
}

func newKilling(t *testing.T, helper string, env ...string) *killing {
	t.Helper()
	k := &killing{t: t, helper: helper, seed: rand.Uint64(), said: map[string]map[string]int{}, after: map[string]int{}} //nolint:gosec // it need not be secret
	if n, err := strconv.ParseUint(os.Getenv("WANDGO_CRASHTEST_SEED"), 10, 64); err == nil {
		k.seed = n
	}
	k.env = append(env, "WANDGO_TEST_SEED="+strconv.FormatUint(k.seed, 10), "TMPDIR="+t.TempDir(), "WANDB_DIR="+t.TempDir(),
		"WANDB_SILENT=true", "WANDB_X_DISABLE_STATS=true", "WANDB_X_DISABLE_META=true")
	t.Cleanup(func() {
		t.Logf("kills by what was said last: %v; WANDGO_CRASHTEST_SEED=%d chooses the same moments", k.after, k.seed)
	})
	return k
}

// start starts n processes, three at a time, and waits for them. Mortal ones, which are numbered from first on, are
// killed if they have not ended before.
func (k *killing) start(first, n int, mortal bool, env ...string) {
	self, err := os.Executable()
	require.NoError(k.t, err)
	var running sync.WaitGroup
	slots := make(chan struct{}, 3)
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			cmd := exec.CommandContext(k.t.Context(), self, "-test.run=^"+k.helper+"$")
			cmd.Env = append(append([]string{}, k.env...), env...)
			if mortal {
				cmd.Env = append(cmd.Env, "WANDGO_TEST_MORTAL="+strconv.Itoa(first+i))
			}
			k.read(cmd, mortal)
		})
	}
	running.Wait()
}

// read starts a process and reads what it says, until it and the programs that it has started have ended.
func (k *killing) read(cmd *exec.Cmd, mortal bool) {
	stdout, err := cmd.StdoutPipe()
	if !assert.NoError(k.t, err) || !assert.NoError(k.t, cmd.Start()) {
		return
	}
	last, text := "nothing", ""
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		word, id, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			text += lines.Text() + "\n" // of a test that fails
			continue
		}
		last = word
		k.mu.Lock()
		if k.said[word] == nil {
			k.said[word] = map[string]int{}
		}
		k.said[word][id]++
		k.mu.Unlock()
	}
	err = cmd.Wait()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if exit == nil {
		assert.NoError(k.t, err)
		return
	}
	status, _ := exit.Sys().(syscall.WaitStatus)
	assert.True(k.t, mortal && status.Signal() == syscall.SIGKILL, "%v\n%s", err, text)
	k.mu.Lock()
	k.after[last]++
	k.mu.Unlock()
}

// life is the life of a process that ends at a random moment: some time after it has said a number of words.
type life struct {
	words atomic.Int64
	wait  time.Duration
}

// newLife returns the life of this process, which is endless unless WANDGO_TEST_MORTAL has a number.
func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{}
	l.words.Store(-1)
	if number := os.Getenv("WANDGO_TEST_MORTAL"); number != "" {
		n, err := strconv.ParseUint(number, 10, 64)
		require.NoError(t, err)
		seed, err := strconv.ParseUint(os.Getenv("WANDGO_TEST_SEED"), 10, 64)
		require.NoError(t, err)
		own := fnv.New64a() // a program's arguments have the parameters of its trial
		_, _ = fmt.Fprint(own, n, os.Args[1:])
		random := rand.New(rand.NewPCG(seed, own.Sum64())) //nolint:gosec // it need not be secret
		l.words.Store(1 + random.Int64N(8))
		l.wait = time.Duration(random.IntN(5000<<random.IntN(4))) * time.Microsecond // a program takes some time to start
	}
	return l
}

func (l *life) say(word, id string) {
	fmt.Fprintf(os.Stdout, "%s: %s\n", word, id)
	if l.words.Add(-1) == 0 {
		time.AfterFunc(l.wait, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	}
}

func (l *life) event(e sweep.Event) {
	switch {
	case !e.Done:
		l.say("begins", e.Trial.RunID)
	case e.Err == nil:
		l.say("ends", e.Trial.RunID)
	default:
		l.say("fails", e.Trial.RunID)
	}
}

// checkTrials checks that every point of a grid was handed out once, that no trial began or ran twice, and that each has
// the state and the result that its process knew of. It returns how many have each state.
func (k *killing) checkTrials(srv *wandbtest.Server, id string, points int) map[string]int {
	k.t.Helper()
	view, _ := srv.Sweep("acme", "vision", id)
	assert.Len(k.t, view.Runs, points)
	assert.Equal(k.t, "FINISHED", view.State)
	states, seen := map[string]int{}, map[any]bool{}
	for _, runID := range view.Runs {
		run, _ := srv.Run("acme", "vision", runID)
		states[run.State]++
		assert.False(k.t, seen[run.Config["x"]], "%v was tried twice", run.Config["x"])
		seen[run.Config["x"]] = true
		assert.Contains(k.t, []string{"pending", "crashed", "failed", "finished"}, run.State, runID)
		if k.said["ends"][runID] > 0 {
			assert.Equal(k.t, "finished", run.State, runID)
		}
		if k.said["logs"][runID]+k.said["fails"][runID] > 0 {
			assert.NotEqual(k.t, "pending", run.State, runID)
		}
		if run.State == "finished" {
			assert.Contains(k.t, run.Summary, "loss", runID)
		}
	}
	k.checkOnce()
	return states
}

func (k *killing) checkOnce() {
	k.t.Helper()
	for word, ids := range k.said {
		for id, n := range ids {
			assert.Equal(k.t, 1, n, "%s: %s", word, id)
		}
	}
}

// sweeping returns a server with a sweep, whose clock can be put forward, and the environment of its agents.
func sweeping(t *testing.T, points int) (srv *wandbtest.Server, id string, later *atomic.Int64, env []string) {
	t.Helper()
	later = &atomic.Int64{}
	srv, c := serve(t, wandbtest.WithClock(func() time.Time { return time.Now().Add(time.Duration(later.Load())) }))
	id = create(t, c, grid(points))
	return srv, id, later, []string{"WANDGO_TEST_SWEEP=" + id, "WANDB_BASE_URL=" + srv.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_ENTITY=acme", "WANDB_PROJECT=vision"}
}

// Agents are killed at random moments. In the end every point of the grid was handed out once, and every trial has a
// state. That of a trial whose agent was killed before the run started is pending.
func TestAgent_ProcessesAreKilled_NoTrialIsLostOrRunTwice(t *testing.T) {
	t.Parallel()
	points := 4 * kills()
	srv, id, later, env := sweeping(t, points)
	k := newKilling(t, "TestHelper_Agent", env...)
	k.start(0, kills(), true)
	k.start(0, 1, false)
	later.Store(int64(time.Hour))
	states := k.checkTrials(srv, id, points)
	assert.Zero(t, states["failed"])
	t.Logf("lost: %v", states)
}

// Agents that run programs are killed at random moments, and so are the programs.
func TestRunProgram_ProcessesAreKilled_NoTrialIsLostOrRunTwice(t *testing.T) {
	t.Parallel()
	points := 2 * kills()
	srv, id, later, env := sweeping(t, points)
	k := newKilling(t, "TestHelper_ProgramAgent", env...)
	k.start(0, kills()/2, true)
	k.start(0, 1, false)
	later.Store(int64(time.Hour))
	states := k.checkTrials(srv, id, points)
	t.Logf("lost: %v; %d of %d programs ended before their time", states, len(k.said["starts"])-len(k.said["finishes"]), len(k.said["starts"]))
}

// Processes of a local sweep are killed at random moments, several of which run at a time. In the end every point of
// the grid was tried once, no trial is without a state, and no result is lost. Trials are repeated when that is asked for.
func TestLocal_ProcessesAreKilled_NoTrialIsLostOrRunTwice(t *testing.T) {
	t.Parallel()
	points, dir := 4*kills(), t.TempDir()
	k := newKilling(t, "TestHelper_Local", "WANDGO_TEST_LOCAL="+dir, "WANDB_MODE=offline", "WANDGO_TEST_POINTS="+strconv.Itoa(points))
	check := func() (failed int) {
		k.checkOnce()
		list, states := results(t, dir)
		checkAttempts(t, list, points)
		assert.Zero(t, states["running"])
		for _, r := range list {
			if k.said["ends"][r.RunID] > 0 {
				assert.Equal(t, "finished", r.State, r.RunID)
			}
			if r.State != "finished" {
				continue
			}
			x, _ := r.Params["x"].(float64)
			if assert.NotNil(t, r.Value) {
				assert.InDelta(t, (x-3)*(x-3), *r.Value, 0)
			}
			logs, err := filepath.Glob(filepath.Join(dir, "wandb", "offline-run-*-"+r.RunID))
			require.NoError(t, err)
			assert.Len(t, logs, 1, r.RunID)
		}
		return states["failed"]
	}
	k.start(0, kills(), true)
	k.start(0, 1, false)
	list, _ := results(t, dir)
	assert.Len(t, list, points)
	failed := check()
	k.start(kills(), kills()/3, true, "WANDGO_TEST_RETRY=true")
	k.start(0, 1, false, "WANDGO_TEST_RETRY=true")
	again := check()
	list, states := results(t, dir)
	assert.Equal(t, points, states["finished"])
	assert.Len(t, list, points+again)
	t.Logf("lost: %d trials and %d repetitions of them, and none in the end", failed, again-failed)
}

func TestHelper_Agent(t *testing.T) { //nolint:paralleltest // it is a process of its own
	agent, life := helper(t)
	require.NoError(t, agent.Run(t.Context(), func(ctx context.Context, run *client.Run) error {
		life.say("runs", run.ID())
		err := parabola(ctx, run)
		life.say("logs", run.ID())
		return err
	}))
}

// helper is the agent in a process of its own, and its life.
func helper(t *testing.T) (sweep.Agent, *life) {
	t.Helper()
	id := os.Getenv("WANDGO_TEST_SWEEP")
	if id == "" {
		t.Skip("a process of another test")
	}
	c, err := client.New(client.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	l := newLife(t)
	return sweep.Agent{Client: c, Sweep: id, Heartbeat: beat, OnEvent: l.event, Failures: sweep.FailureRules{NoFlapping: true, MaxInitial: -1}}, l
}

func TestHelper_ProgramAgent(t *testing.T) { //nolint:paralleltest // it is a process of its own
	agent, _ := helper(t)
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, agent.RunProgram(t.Context(), sweep.Program{
		Command: []string{self, "-test.run=^TestHelper_Program$", "--", "{args}"},
		Env:     append(os.Environ(), "WANDGO_TEST_PROGRAM=true"), Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}

func TestHelper_Program(t *testing.T) { //nolint:paralleltest // it is a process of its own
	if os.Getenv("WANDGO_TEST_PROGRAM") == "" {
		t.Skip("a process of another test")
	}
	l := newLife(t)
	l.say("starts", os.Getenv("WANDB_RUN_ID"))
	run, err := client.Init(t.Context(), client.RunOptions{})
	require.NoError(t, err)
	l.say("runs", run.ID())
	require.NoError(t, run.Log(map[string]any{"loss": run.Config().Float("x")}))
	l.say("logs", run.ID())
	require.NoError(t, run.Finish(t.Context()))
	l.say("finishes", run.ID())
}

func TestHelper_Local(t *testing.T) { //nolint:paralleltest // it is a process of its own
	dir := os.Getenv("WANDGO_TEST_LOCAL")
	if dir == "" {
		t.Skip("a process of another test")
	}
	points, err := strconv.Atoi(os.Getenv("WANDGO_TEST_POINTS"))
	require.NoError(t, err)
	l := newLife(t)
	l.wait /= 8 // trials take no longer
	local := sweep.Local{
		Client: offline(t, dir), Config: grid(points), Dir: dir, RetryFailed: os.Getenv("WANDGO_TEST_RETRY") == "true",
		OnEvent: l.event, Failures: sweep.FailureRules{NoFlapping: true, MaxInitial: -1},
	}
	require.NoError(t, local.Run(t.Context(), func(ctx context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		l.say("runs", run.ID())
		err := bowl(ctx, run, trial)
		l.say("logs", run.ID())
		return err
	}))
}
