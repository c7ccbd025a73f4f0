package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/wandbtest"
)

// launcher is set for a process that runs the whole program.
const launcher = "WANDGO_TEST_LAUNCHER"

// TestMain runs the program in the processes that the tests start.
func TestMain(m *testing.M) {
	if environ := os.Environ(); variable(environ, "RANK") != "" || variable(environ, launcher) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// start runs the program and returns its exit code and output.
func start(t *testing.T, environ []string, args ...string) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	code = launch(ctx, args, append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, environ...), &out)
	return code, out.String()
}

func TestLaunch_NoAPIKey_LogsToAServerInTheProcess(t *testing.T) {
	t.Parallel()
	code, text := start(t, nil, "-n", "3", "-epochs", "6")
	require.Zero(t, code, text)
	assert.Contains(t, text, "No API key was found")
	assert.Contains(t, text, "[rank0] epoch   6")
	assert.Contains(t, text, "[rank2] training on 91 of 275 birds")
	assert.Contains(t, text, "the run: 18 rows of 3 processes, state finished.")
	assert.NotContains(t, text, "The run is at", "the server ends with the program")
	for rank := range 3 {
		assert.Regexp(t, fmt.Sprintf(`rank%d +6 +6  finished`, rank), text)
	}
	assert.NotContains(t, text, wandbtest.AliceKey)
}

func TestLaunch_WithAPIKey_WritesOneRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		processes int
		fail      string
	}{{"one process", 1, "-1"}, {"all live", 2, "-1"}, {"one dies", 3, "1"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			code, text := start(t, []string{
				"WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_DIR=" + t.TempDir(), "WANDB_RUN_ID=job7",
			}, "-n", fmt.Sprint(c.processes), "-epochs", "6", "-fail", c.fail)
			if c.fail == "-1" {
				require.Zero(t, code, text)
			} else {
				require.Equal(t, 1, code, "a process died")
			}
			v, ok := s.Run("acme", project, "job7")
			require.True(t, ok)
			assert.Equal(t, "finished", v.State)
			if c.fail == "-1" { // one that dies may not have sent anything yet
				require.Len(t, v.Writers, c.processes)
			}
			ended := 0
			for _, w := range v.Writers {
				if w.Complete {
					ended++
					assert.Contains(t, w.History()[0], "val/loss", "only rank 0 completes the run")
				}
				for _, line := range w.Logs[:min(len(w.Logs), 1)] {
					assert.Regexp(t, `\[rank\d\] training on \d+ of 275 birds$`, line)
				}
			}
			assert.Equal(t, 1, ended)
			if c.fail == "-1" {
				assert.Len(t, v.HistoryLines, 6*c.processes)
			} else {
				assert.Contains(t, text, "exit status 9")
				rows := rowsByRank(v)
				assert.Equal(t, 6, rows[0], "the others continue")
				assert.Equal(t, 6, rows[2])
				assert.LessOrEqual(t, rows[1], 3)
			}
			assert.Contains(t, v.Files, "output_rank0.log")
			assert.NotEmpty(t, v.Files["wandb-metadata.json"])
			assert.InDelta(t, c.processes, v.Config["world_size"], 0)
		})
	}
}

func TestLaunch_Refused_TrainsOffline(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleViewer))
	code, text := start(t, []string{"WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_DIR=" + t.TempDir()}, "-n", "2", "-epochs", "2")
	require.Equal(t, 1, code, "the server has no run")
	assert.Contains(t, text, "What to do:")
	assert.Contains(t, text, "[rank0] epoch   2", "it trains offline")
}

func TestLaunch_AnyNumberOfProcesses_SameLoss(t *testing.T) {
	t.Parallel()
	last := regexp.MustCompile(`epoch  10  loss (\S+)`)
	var losses []string
	for _, n := range []string{"1", "3"} {
		code, text := start(t, nil, "-n", n, "-epochs", "10")
		require.Zero(t, code, text)
		require.Regexp(t, last, text)
		losses = append(losses, last.FindStringSubmatch(text)[1])
	}
	assert.Equal(t, losses[0], losses[1])
}

func TestLaunch_InvalidFlags_PrintsUsage(t *testing.T) {
	t.Parallel()
	code, text := start(t, nil, "-help")
	assert.Zero(t, code)
	assert.Contains(t, text, "-fail")
	code, _ = start(t, nil, "-unknown")
	assert.Equal(t, 2, code)
	code, text = start(t, nil, "-n", "0")
	assert.Equal(t, 2, code)
	assert.Contains(t, text, "-n must be")
	var out bytes.Buffer
	assert.Equal(t, 2, work(t.Context(), nil, []string{"RANK=x"}, &out))
	assert.Equal(t, 1, work(t.Context(), nil, []string{"RANK=0", "WORLD_SIZE=1", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=1"}, &out), "no launcher listens")
}

// TestLaunch_PartRefused_ExitStatusSaysSo: the training finishes, and the exit status says
// that the server lacks something.
func TestLaunch_PartRefused_ExitStatusSaysSo(t *testing.T) {
	t.Parallel()
	for part, after := range map[string]int{"UpsertBucket, the first": 0, "file_stream": 0, "UpsertBucket": 2, "CreateRunFiles": 0, "PUT": 0} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			operation, _, _ := strings.Cut(part, ",")
			s.Inject(wandbtest.Fault{Operation: operation, After: after, Status: 403, Body: `{"error":"permission denied"}`})
			code, text := start(t, []string{
				"WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + wandbtest.AliceKey, "WANDB_DIR=" + t.TempDir(), "WANDB_RUN_ID=job7",
			}, "-n", "2", "-epochs", "2")
			assert.Equal(t, 1, code, text)
			assert.Contains(t, text, "permission denied")
		})
	}
}
