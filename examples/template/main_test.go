//go:build unix

package main

import (
	"bytes"
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/wandbtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const exitNotUploaded = 3

// program is set for a process that runs the program instead of the tests.
const program = "WANDGO_TEST_TEMPLATE"

func TestMain(m *testing.M) {
	if os.Getenv(program) != "" {
		main()
	}
	// The tests wait for processes of their own and do not compute.
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("16")
	}
	goleak.VerifyTestMain(m)
}

// denied is what an object store answers.
const denied = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`

// job is a batch job that runs the program, with a server of its own.
type job struct {
	server *wandbtest.Server
	dir    string
	env    map[string]string
	output bytes.Buffer
	cmd    *exec.Cmd
}

func newJob(t *testing.T) *job {
	t.Helper()
	j := &job{server: wandbtest.New(t, wandbtest.Solo()), dir: t.TempDir()}
	j.env = map[string]string{
		"WANDB_BASE_URL": j.server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme", "WANDB_PROJECT": "vision",
		"WANDB_RUN_ID": "job-17", "WANDB_NAME": "job 17", "WANDB_DIR": j.dir, "HOME": j.dir, "WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01",
		"WANDB_X_DISABLE_STATS": "true", "WANDB_X_DISABLE_META": "true", "PATH": os.Getenv("PATH"), "TMPDIR": j.dir, program: "1",
	}
	return j
}

func (j *job) start(ctx context.Context, t *testing.T, args ...string) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	j.cmd = exec.CommandContext(ctx, exe, args...)
	j.cmd.Dir = j.dir
	for name, value := range j.env {
		j.cmd.Env = append(j.cmd.Env, name+"="+value)
	}
	j.cmd.Stdout, j.cmd.Stderr = &j.output, &j.output
	require.NoError(t, j.cmd.Start())
}

// end waits for the program and returns its exit status.
func (j *job) end() int {
	_ = j.cmd.Wait()
	return j.cmd.ProcessState.ExitCode()
}

// rows waits until the server has n rows of the run.
func (j *job) rows(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	_, err := j.server.WaitRun(ctx, "acme", "vision", "job-17", func(v wandbtest.RunView) bool { return len(v.HistoryLines) >= n })
	require.NoError(t, err)
}

// behindProxy lets the job reach its server only through a proxy that does not connect.
func behindProxy(t *testing.T, j *job, status int) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	j.env["WANDB_BASE_URL"], j.env["HTTPS_PROXY"] = "https://wandb.example.com", proxy.URL
}

// golden compares what the program printed with a file of testdata.
func (j *job) golden(t *testing.T, name string) {
	t.Helper()
	text := strings.NewReplacer(j.server.URL(), "https://wandb.example.com", strings.TrimPrefix(j.server.URL(), "http://"), "wandb.example.com").Replace(j.output.String())
	dir := strings.ReplaceAll(regexp.QuoteMeta(j.dir), " ", `\s+`) // lines are wrapped at a space in it
	dir = strings.ReplaceAll(dir, "'", `(?:'|'\\'')`)              // in a command, a quote is escaped
	for _, v := range []struct{ form, text string }{
		{dir, "DIR"},
		{`'(DIR[^']*)'`, "$1"},
		{`(Netrc|Settings file)\s+DIR`, "$1 DIR"},
		{`run-\d{8}_\d{6}-`, "run-TIME-"},
		{`\d+ rows`, "N rows"},
		{`127\.0\.0\.1:\d+`, "ADDRESS"},
		{`\d+ of N rows`, "N of N rows"},
	} {
		text = regexp.MustCompile(v.form).ReplaceAllString(text, v.text)
	}
	require.NotContains(t, text, wandbtest.AliceKey)
	file := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run the tests with -update to write it")
	assert.Equal(t, string(want), text)
}

// TestTemplate_InTrouble_SaysWhatBecameOfTheRun runs the program in each kind of trouble.
func TestTemplate_InTrouble_SaysWhatBecameOfTheRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before func(t *testing.T, j *job)
		during func(ctx context.Context, t *testing.T, j *job)
		status int
		state  string // of the run on the server, "" if it is not there
	}{
		{name: "ok", state: "finished"},
		{name: "refused", status: exitNotUploaded, before: func(t *testing.T, j *job) {
			require.NoError(t, j.server.SetRole("acme", "alice", wandbtest.RoleViewer))
		}},
		{name: "no-team", status: exitNotUploaded, before: func(_ *testing.T, j *job) { j.env["WANDB_ENTITY"] = "globex" }},
		{name: "no-key", status: exitNotUploaded, before: func(_ *testing.T, j *job) { delete(j.env, "WANDB_API_KEY") }},
		{name: "bad-setting", status: 1, before: func(_ *testing.T, j *job) { j.env["WANDB_PROJECT"] = "a/b" }},
		{name: "away", status: exitNotUploaded, before: func(_ *testing.T, j *job) {
			j.server.Inject(wandbtest.Fault{Status: http.StatusServiceUnavailable})
			j.env["WANDB_INIT_TIMEOUT"] = "1"
		}},
		{name: "proxy-wants-login", status: exitNotUploaded, before: func(t *testing.T, j *job) { behindProxy(t, j, http.StatusProxyAuthRequired) }},
		{name: "proxy-refuses", status: exitNotUploaded, before: func(t *testing.T, j *job) { behindProxy(t, j, http.StatusForbidden) }},
		{name: "offline-by-request", before: func(_ *testing.T, j *job) { j.env["WANDB_MODE"] = "offline" }},
		{name: "role-lost", status: exitNotUploaded, state: "running", during: func(ctx context.Context, t *testing.T, j *job) {
			j.rows(ctx, t, 20)
			require.NoError(t, j.server.SetRole("acme", "alice", wandbtest.RoleViewer))
		}},
		{name: "files-refused", status: exitNotUploaded, state: "finished", before: func(_ *testing.T, j *job) {
			j.server.Inject(wandbtest.Fault{Operation: "PUT", Status: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/xml"}}, Body: denied})
		}},
		{name: "checkpoint-fails", status: 1, state: "failed", before: func(t *testing.T, j *job) {
			require.NoError(t, os.Mkdir(filepath.Join(j.dir, "checkpoint-job-17.json.part"), 0o700))
		}},
		{name: "ctrl-c", status: 255, state: "failed", during: func(ctx context.Context, t *testing.T, j *job) {
			j.rows(ctx, t, 20)
			require.NoError(t, j.cmd.Process.Signal(syscall.SIGINT))
		}},
		{name: "sigterm", status: 143, state: "failed", during: func(ctx context.Context, t *testing.T, j *job) {
			j.rows(ctx, t, 20)
			require.NoError(t, j.cmd.Process.Signal(syscall.SIGTERM))
		}},
		{name: "stopped", status: 255, state: "killed", during: func(ctx context.Context, t *testing.T, j *job) {
			j.rows(ctx, t, 20)
			require.NoError(t, j.server.StopRun("acme", "vision", "job-17"))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			j := newJob(t)
			if tt.before != nil {
				tt.before(t, j)
			}
			j.start(ctx, t)
			if tt.during != nil {
				tt.during(ctx, t, j)
			}
			assert.Equal(t, tt.status, j.end(), j.output.String())
			j.golden(t, tt.name)
			v, _ := j.server.Run("acme", "vision", "job-17")
			assert.Equal(t, tt.state, v.State)
		})
	}
}

// TestTemplate_PartRefused_ExitStatusSaysSo: whichever part the server refuses, the exit
// status says that it lacks something.
func TestTemplate_PartRefused_ExitStatusSaysSo(t *testing.T) {
	t.Parallel()
	for part, after := range map[string]int{"file_stream": 0, "UpsertBucket": 1, "CreateRunFiles": 0, "PUT": 0} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			j := newJob(t)
			j.server.Inject(wandbtest.Fault{Operation: part, After: after, Status: http.StatusForbidden, Body: `{"error":"permission denied"}`})
			j.start(ctx, t)
			assert.Equal(t, exitNotUploaded, j.end(), j.output.String())
			assert.Contains(t, j.output.String(), "permission denied")
		})
	}
}

// TestTemplate_KilledAndRestarted_HasEveryStepOnce kills the program and starts it again.
func TestTemplate_KilledAndRestarted_HasEveryStepOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	j := newJob(t)
	j.start(ctx, t)
	j.rows(ctx, t, 30)
	require.NoError(t, j.cmd.Process.Kill())
	require.Equal(t, -1, j.end())
	j.start(ctx, t)
	assert.Zero(t, j.end(), j.output.String())
	j.golden(t, "killed")
	v, _ := j.server.Run("acme", "vision", "job-17")
	assert.Equal(t, "finished", v.State)
	rows := v.History()
	require.Equal(t, 100, len(rows)) //nolint:testifylint // Len would print all rows
	for i, row := range rows {
		assert.InDelta(t, i+1, row["_step"], 0)
	}
	assert.Contains(t, v.Files, "checkpoint-job-17.json")
}

// TestTemplate_KilledBehindACheckpoint_HasTheRowsBeforeIt: the process dies before its rows
// would reach the disk or the server by themselves.
func TestTemplate_KilledBehindACheckpoint_HasTheRowsBeforeIt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	j := newJob(t)
	j.env["WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL"] = "30"
	j.start(ctx, t)
	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(filepath.Join(j.dir, "checkpoint-job-17.json"))
		return bytes.Contains(text, []byte(`"Step":40,`))
	}, time.Minute, time.Millisecond)
	require.NoError(t, j.cmd.Process.Kill())
	require.Equal(t, -1, j.end())
	j.start(ctx, t)
	assert.Zero(t, j.end(), j.output.String())
	v, _ := j.server.Run("acme", "vision", "job-17")
	rows := v.History()
	require.Equal(t, 100, len(rows)) //nolint:testifylint // Len would print all rows
	for i, row := range rows {
		assert.InDelta(t, i+1, row["_step"], 0)
	}
}

func TestTemplate_IsShortAndImportsNothingInternal(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	assert.LessOrEqual(t, bytes.Count(source, []byte("\n")), 80)
	assert.NotContains(t, string(source), "/internal/")
}
