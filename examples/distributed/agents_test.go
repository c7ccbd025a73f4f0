//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

// script is the job script of the agents on Slurm.
const script = "agents.sbatch"

// options are those of sbatch(1) that a script for any cluster may need.
var options = map[string]*regexp.Regexp{
	"account": nil, "array": regexp.MustCompile(`^\d+-\d+(%\d+)?$`), "chdir": nil, "constraint": nil, "cpus-per-gpu": nil,
	"cpus-per-task": regexp.MustCompile(`^\d+$`), "error": nil, "exclusive": nil, "export": nil, "gpus": nil, "gpus-per-task": nil, "gres": nil,
	"job-name": regexp.MustCompile(`^\S+$`), "licenses": nil, "mail-type": nil, "mail-user": nil, "mem": regexp.MustCompile(`^\d+[KMGT]?$`), "mem-per-cpu": nil,
	"mem-per-gpu": nil, "nice": nil, "no-requeue": regexp.MustCompile(`^$`), "nodes": nil, "ntasks": regexp.MustCompile(`^\d+$`), "ntasks-per-node": nil,
	"open-mode": regexp.MustCompile(`^(append|truncate)$`), "output": nil, "partition": nil, "qos": nil, "requeue": regexp.MustCompile(`^$`), "reservation": nil,
	"signal": regexp.MustCompile(`^([RB]{1,2}:)?[A-Z]+[0-9]*(@\d+)?$`), "time": regexp.MustCompile(`^(\d+-)?\d+(:\d\d){0,2}$`), "time-min": nil, "tmp": nil, "wckey": nil,
}

// wrongOption returns the first #SBATCH line that sbatch would refuse or ignore, "" if there
// is none.
func wrongOption(text string) string {
	commands := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		option, found := strings.CutPrefix(line, "#SBATCH ")
		if !found {
			commands = commands || line != "" && !strings.HasPrefix(line, "#")
			if strings.HasPrefix(line, "#SBATCH") {
				return line
			}
			continue
		}
		name, value, _ := strings.Cut(strings.TrimPrefix(option, "--"), "=")
		valid, known := options[name]
		if commands || !known || !strings.HasPrefix(option, "--") || valid != nil && !valid.MatchString(value) {
			return line
		}
	}
	return ""
}

func TestScript_Options_AreThoseOfSbatch(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(script)
	require.NoError(t, err)
	text := string(content)
	assert.Empty(t, wrongOption(text))
	assert.Equal(t, 10, strings.Count(text, "\n#SBATCH --"))
	for name, tc := range map[string]struct{ old, changed string }{
		"unknown":               {"--cpus-per-task=2", "--cpu-per-task=2"},
		"invalid value":         {"--time=04:00:00", "--time=4h"},
		"one dash":              {"--requeue", "-requeue"},
		"after the first lines": {"exec srun", "#SBATCH --nodes=1\nexec srun"},
		"written together":      {"#SBATCH --mem", "#SBATCH--mem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, text, tc.old)
			assert.NotEmpty(t, wrongOption(strings.Replace(text, tc.old, tc.changed, 1)))
		})
	}
	out, err := exec.CommandContext(t.Context(), bash(t), "-n", script).CombinedOutput()
	require.NoError(t, err, string(out))
}

func bash(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	return path
}

// cluster is a server with a sweep, and a directory with a command srun.
type cluster struct {
	srv       *wandbtest.Server
	sweep     string
	bin, disk string
}

func newCluster(t *testing.T, trials, epochs int) *cluster {
	t.Helper()
	c := &cluster{srv: wandbtest.New(t, wandbtest.Solo()), bin: t.TempDir(), disk: t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(c.bin, "srun"), []byte("#!/bin/sh\nexec \"$@\"\n"), 0o700))
	cl, err := client.New(client.Options{BaseURL: c.srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	defer cl.Close()
	rates := make([]any, trials)
	for i := range rates {
		rates[i] = 0.1 * float64(i+1)
	}
	c.sweep, err = sweep.Create(t.Context(), cl, &sweep.Config{
		Entity: "acme", Project: "vision", Method: sweep.Grid, Metric: sweep.Metric{Name: "val/loss", Goal: sweep.Minimize},
		Parameters: map[string]sweep.Parameter{"learning_rate": {Values: rates}, "epochs": {Value: epochs}},
	})
	require.NoError(t, err)
	return c
}

func (c *cluster) environ(t *testing.T) []string {
	t.Helper()
	return []string{
		"PATH=" + c.bin + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + t.TempDir(), "SCRATCH=" + c.disk,
		"WANDB_BASE_URL=" + c.srv.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_ENTITY=acme", "WANDB_PROJECT=vision",
		"WANDB_SWEEP_ID=" + c.sweep, "WANDB_X_DISABLE_STATS=true", "WANDB_X_DISABLE_META=true",
	}
}

// job is the script as Slurm runs it for an index of the array.
func (c *cluster) job(ctx context.Context, t *testing.T, index int) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, bash(t), script)
	cmd.Env = append(c.environ(t), launcher+"=1", "AGENT="+exe, "SLURM_ARRAY_JOB_ID=7", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", index))
	return cmd
}

func TestAgents_SlurmArray_RunEachTrialOnce(t *testing.T) {
	t.Parallel()
	const agents, trials = 4, 8
	c := newCluster(t, trials, 2)
	jobs := make([]*exec.Cmd, agents)
	out := make([]bytes.Buffer, agents)
	ends := make([]error, agents)
	for i := range jobs {
		jobs[i] = c.job(t.Context(), t, i)
		jobs[i].Stdout, jobs[i].Stderr = &out[i], &out[i]
	}
	var running sync.WaitGroup
	for i, job := range jobs {
		running.Go(func() { ends[i] = job.Run() })
	}
	running.Wait()
	for i := range jobs {
		require.NoError(t, ends[i], out[i].String())
	}
	view, ok := c.srv.Sweep("acme", "vision", c.sweep)
	require.True(t, ok)
	assert.Equal(t, "FINISHED", view.State)
	assert.Len(t, view.Agents, agents)
	require.Len(t, view.Runs, trials)
	rates := map[any]bool{}
	for _, id := range view.Runs {
		run, _ := c.srv.Run("acme", "vision", id)
		assert.Equal(t, "finished", run.State)
		assert.Len(t, run.HistoryLines, 2)
		assert.False(t, rates[run.Config["learning_rate"]], "%v was tried twice", run.Config["learning_rate"])
		rates[run.Config["learning_rate"]] = true
		require.Len(t, run.Tags, 1)
		var index int
		_, err := fmt.Sscanf(run.Tags[0], "agent%d", &index)
		require.NoError(t, err)
		assert.Contains(t, out[index].String(), fmt.Sprintf("agent %d: trial %s, learning rate ", index, id))
		logs, err := filepath.Glob(filepath.Join(c.disk, "wandb-agents", fmt.Sprintf("7-%d", index), "wandb", "run-*-"+id))
		require.NoError(t, err)
		assert.Len(t, logs, 1, "each agent has a directory of its own")
	}
}

func TestAgent_Preempted_EndsItsTrialAndUploads(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 2, 1_000_000)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	job := c.job(ctx, t, 3)
	output, err := job.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, job.Start())
	lines := bufio.NewScanner(output)
	require.True(t, lines.Scan(), "the agent prints nothing")
	assert.Contains(t, lines.Text(), "agent 3: trial ")
	require.NoError(t, job.Process.Signal(syscall.SIGTERM))
	var text []string
	for lines.Scan() {
		text = append(text, lines.Text())
	}
	require.Error(t, job.Wait())
	assert.Equal(t, exitStopped, job.ProcessState.ExitCode(), text)
	assert.True(t, slices.ContainsFunc(text, func(s string) bool { return strings.HasPrefix(s, "stopped: ") }), text)

	view, _ := c.srv.Sweep("acme", "vision", c.sweep)
	require.Len(t, view.Runs, 1, "it starts no other trial")
	run, _ := c.srv.Run("acme", "vision", view.Runs[0])
	assert.Equal(t, "failed", run.State)
	require.NotNil(t, run.ExitCode, "the trial has an end")
	assert.True(t, run.Preempting)
}

func TestAgent_SweepWithOtherParameters_FailsTheTrial(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 1, 0) // no epochs
	var out bytes.Buffer
	agent(t.Context(), append(c.environ(t), "WANDB_DIR="+t.TempDir()), &out)
	assert.Contains(t, out.String(), "failed: the sweep must have the parameters learning_rate and epochs")
	view, _ := c.srv.Sweep("acme", "vision", c.sweep)
	require.Len(t, view.Runs, 1)
	run, _ := c.srv.Run("acme", "vision", view.Runs[0])
	assert.Equal(t, "failed", run.State)
}

func TestSweepFile_Parameters_AreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	cfg, err := sweep.Load("sweep.yaml")
	require.NoError(t, err)
	assert.Len(t, cfg.Parameters, 2)
	assert.Contains(t, cfg.Parameters, "learning_rate")
	assert.Contains(t, cfg.Parameters, "epochs")
}

func TestAgent_NoSuchSweep_Explains(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 1, 1)
	var out bytes.Buffer
	assert.Equal(t, 1, agent(t.Context(), append(c.environ(t), "WANDB_SWEEP_ID=missing1", "WANDB_DIR="+t.TempDir()), &out))
	assert.Contains(t, out.String(), "missing1")
	assert.Contains(t, out.String(), "What to do:")
}

func TestScript_NoSweep_Fails(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), bash(t), script)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "WANDB_SWEEP_ID: set it to the last part of what wandgo sweep create prints")
}
