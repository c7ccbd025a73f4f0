package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

const gridFile = "method: grid\nmetric: {name: loss, goal: minimize}\nparameters:\n  x: {values: [1, 2, 3]}\n  opt: {value: adam}\n"

// sweeping makes an invocation on a new server, in the project vision, with a file of a sweep.
func sweeping(t *testing.T, key string) (*wandbtest.Server, *invocation) {
	t.Helper()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), key)
	i.vars["WANDB_PROJECT"], i.vars["PATH"], i.vars["WANDB_DIR"] = "vision", os.Getenv("PATH"), i.dir
	require.NoError(t, os.WriteFile(filepath.Join(i.dir, "sweep.yaml"), []byte(gridFile), 0o600))
	return srv, i
}

func TestSweep_CreateRunShowAndCancel_Work(t *testing.T) {
	t.Parallel()
	srv, i := sweeping(t, joKey)
	r := i.run(t, "sweep", "create", "sweep.yaml", "--name", "first")
	require.Zero(t, r.status, r.stderr)
	path := strings.TrimSpace(r.stdout)
	id, ok := strings.CutPrefix(path, "acme-research/vision/")
	require.True(t, ok, path)

	r = i.run(t, "agent", path, "--count", "2", "--", "sh", "-c", `echo "$@"`, "train", "{args}")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "--opt=adam --x=1\n--opt=adam --x=2\n", r.stdout)
	assert.Contains(t, r.stderr, "started   opt=adam x=1")
	assert.Regexp(t, `finished  after [0-9.]+m?s; it made no run\n`, r.stderr)

	r = i.run(t, "sweep", "ls")
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^`+id+`\trunning\tgrid\t2/3\t\t\S+Z\tfirst\n$`, r.stdout)
	r = i.run(t, "sweep", "show", path)
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^\w{8}\tfinished\t\tadam\t1\n\w{8}\tfinished\t\tadam\t2\n$`, r.stdout)
	r = i.run(t, "sweep", "show", path, "--json")
	var shown struct {
		State  string
		Trials []struct{ State string }
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &shown))
	assert.Equal(t, "RUNNING", shown.State)
	assert.Len(t, shown.Trials, 2)

	for _, step := range [][2]string{{"pause", "PAUSED"}, {"resume", "RUNNING"}, {"stop", "FINISHED"}, {"resume", "RUNNING"}, {"cancel", "CANCELED"}} {
		r = i.run(t, "sweep", step[0], path)
		require.Zero(t, r.status, r.stderr)
		assert.Contains(t, r.stdout, path+" is "+strings.ToLower(step[1]))
		assert.Empty(t, r.stderr)
		view, _ := srv.Sweep("acme-research", "vision", id)
		assert.Equal(t, step[1], view.State)
	}
	r = i.run(t, "sweep", "pause", path)
	assert.Equal(t, 33, r.status)
	assert.True(t, strings.HasPrefix(flat(r.stderr), "Cannot change sweep "+id+" of acme-research/vision: it is over: canceled."), r.stderr)
	assert.NotContains(t, r.stderr, "Correct the value")
	assert.Contains(t, r.stderr, "wandgo sweep resume "+path)
	r = i.run(t, "agent", path, "--", "true")
	require.Zero(t, r.status, r.stderr)
	assert.Contains(t, r.stderr, "No trials to run: sweep "+path+" is over.")
	r = i.run(t, "agent", path, "--quiet", "--", "true")
	assert.Empty(t, r.stdout+r.stderr)
	r = i.run(t, "sweep", "ls", "acme-research/vision", "--json")
	var listed []listedSweep
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &listed))
	require.Len(t, listed, 1)
	assert.Equal(t, "first", listed[0].Name)
}

func TestSweep_Mistakes_AreExplained(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	require.NoError(t, os.WriteFile(filepath.Join(i.dir, "bad.yaml"), []byte(strings.Replace(gridFile, "values", "valeus", 1)), 0o600))
	for _, tc := range []struct {
		args   string
		status int
		text   string
	}{
		{"sweep create bad.yaml", 33, "Invalid parameters.x.valeus: is not a known key; did you mean values?"},
		{"sweep create none.yaml", 33, "no such file"},
		{"sweep create", exitUsage, "exactly one file"},
		{"sweep create sweep.yaml --project p/q", 33, "project"},
		{"sweep show acme-research/vision/none1234", 46, "no such sweep"},
		{"sweep show acme-research/none/none1234", 16, "Cannot read sweep none1234 of acme-research/none: "},
		{"sweep show", exitUsage, "exactly one sweep"},
		{"sweep ls a b", exitUsage, "at most one project"},
		{"sweep pause", exitUsage, "exactly one sweep"},
		{"sweep", exitUsage, "Usage: wandgo sweep"},
		{"sweep craete", exitUsage, "did you mean create?"},
		{"agent acme-research/vision/none1234", 46, "wandgo sweep ls acme-research/vision"},
		{"agent", exitUsage, "exactly one sweep"},
		{"agent a b", exitUsage, "write -- in front of the command"},
		{"agent x --count -1 -- true", exitUsage, "--count must not be negative"},
		{"agent x --parallel 0", exitUsage, "--parallel must be from 1 to 1000"},
		{"agent x --parallel 1001", exitUsage, "--parallel must be from 1 to 1000"},
		{"agent x --max-failures -2", exitUsage, "--max-failures must not be negative"},
	} {
		r := i.run(t, strings.Fields(tc.args)...)
		if tc.status != 16 {
			assert.Equal(t, tc.status, r.status, tc.args)
		} else {
			assert.NotZero(t, r.status, tc.args)
		}
		assert.Contains(t, flat(r.stderr), tc.text, tc.args)
	}
}

func TestSweep_ViewOnlyMember_IsRefused(t *testing.T) {
	t.Parallel()
	srv, i := sweeping(t, joKey)
	r := i.run(t, "sweep", "create", "sweep.yaml")
	require.Zero(t, r.status, r.stderr)
	require.NoError(t, srv.SetRole("acme-research", "jo", wandbtest.RoleViewer))
	for _, args := range [][]string{{"sweep", "create", "sweep.yaml"}, {"agent", strings.TrimSpace(r.stdout), "--", "true"}, {"sweep", "cancel", strings.TrimSpace(r.stdout)}} {
		refused := i.run(t, args...)
		assert.Equal(t, 14, refused.status, "%v: %s", args, refused.stderr)
		assert.Contains(t, flat(refused.stderr), `only the role`, args)
	}
}

// Neither the path nor the settings name a project, so the default is used, which does not exist.
func TestSweep_NoProject_SaysThatNoneIsSet(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	delete(i.vars, "WANDB_PROJECT")
	for _, args := range [][]string{{"sweep", "show", "abcd1234"}, {"agent", "abcd1234", "--", "true"}} {
		r := i.run(t, args...)
		assert.Contains(t, flat(r.stderr), "Name another project in the path, or set WANDB_PROJECT: the settings name none, and", args)
		assert.Contains(t, r.stderr, "(the default; the settings name none)", args)
	}
}

func TestAgent_EveryTrialFails_HasAStatusOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args    string
		status  int
		summary string
	}{
		{"--count 1 -- false", exitTrialsFailed, "1 trial: 1 failed; 1 made no run, so there are no results.\n"},
		{"-- false", exitTrialsFailed, "3 trials: 3 failed; 3 made no run, so there are no results.\n"},
		{"--quiet --count 1 -- false", exitTrialsFailed, ""},
		{"-- true", exitAllowed, "3 trials: 3 finished; 3 made no run, so there are no results.\n"},
	} {
		_, i := sweeping(t, joKey)
		path := strings.TrimSpace(i.run(t, "sweep", "create", "sweep.yaml").stdout)
		r := i.run(t, append([]string{"agent", path}, strings.Fields(tc.args)...)...)
		assert.Equal(t, tc.status, r.status, r.stderr)
		assert.Contains(t, r.stderr, tc.summary, tc.args)
		assert.NotContains(t, r.stderr, "wandgo: run ", tc.args)
		if tc.summary == "" {
			assert.Empty(t, r.stderr)
		}
	}
}

func TestSweepLs_ProjectAlone_IsOfTheEntityOfTheSettings(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	i.vars["WANDB_ENTITY"] = "vault"
	assert.Contains(t, i.run(t, "sweep", "ls", "none").stderr, "Cannot list sweeps of vault/none: ")
}

// cancelAt ends a context when a text is written.
type cancelAt struct {
	written strings.Builder
	text    string
	cancel  func()
}

func (w *cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.cancel()
	}
	return w.written.Write(p)
}

func TestAgent_SweepIsPaused_SaysSoWhileItWaits(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	path := strings.TrimSpace(i.run(t, "sweep", "create", "sweep.yaml").stdout)
	require.Zero(t, i.run(t, "sweep", "pause", path).status)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &cancelAt{text: "is paused", cancel: cancel}
	assert.Equal(t, exitInterrupted, run(ctx, []string{"agent", path, "--", "true"}, environment{vars: i.vars, workDir: i.dir}, io.Discard, out))
	assert.Equal(t, "wandgo: warning: sweep "+path+" is paused, and the agent waits. To resume it: wandgo sweep resume "+path+"\n", out.written.String())
	assert.Contains(t, i.run(t, "sweep", "show", path).stderr, "paused, grid, 0/3 runs\n")
}

func TestAgent_FirstSignal_LetsTheTrialEnd(t *testing.T) {
	t.Parallel()
	_, i := sweeping(t, joKey)
	r := i.run(t, "sweep", "create", "sweep.yaml")
	require.Zero(t, r.status, r.stderr)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // as a signal before the first trial
	stopped := i.runWith(t, ctx, "agent", strings.TrimSpace(r.stdout), "--", "echo", "started")
	assert.Equal(t, exitInterrupted, stopped.status)
	assert.Empty(t, stopped.stdout)
}

func TestTrialLines_Draining_SaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	l := &trialLines{p: &printer{w: &out}}
	l.draining()
	assert.Empty(t, out.String(), "nothing runs")
	for _, id := range []string{"a", "b", "c"} {
		l.line(sweep.Event{Trial: sweep.Trial{RunID: id}})
	}
	l.line(sweep.Event{Trial: sweep.Trial{RunID: "a"}, Done: true})
	l.draining()
	assert.True(t, strings.HasSuffix(out.String(), "Waiting for 2 trials to end. Ctrl-C or SIGTERM again to terminate them.\n"), out.String())
}
