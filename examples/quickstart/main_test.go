package main

import (
	"bytes"
	"context"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/examples/internal/ondisk"
	"github.com/wandgo/wandgo/examples/internal/page"
	"github.com/wandgo/wandgo/internal/ptytest"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// screen is an output that the program and the client write to at the same time.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// start runs the program in an environment and returns its exit code and output.
func start(t *testing.T, env map[string]string, args ...string) (code int, text string) {
	t.Helper()
	var out screen
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out)
	return code, out.String()
}

// environ is the environment of a user of the server.
func environ(t *testing.T, s *wandbtest.Server, key string) map[string]string {
	t.Helper()
	return map[string]string{
		"WANDB_BASE_URL": s.URL(), "WANDB_API_KEY": key, "HOME": t.TempDir(), "WANDB_DIR": t.TempDir(), "WANDB_RUN_ID": "run1",
		"WANDB_X_GRAPHQL_RETRY_MAX": "1", "WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01",
	}
}

// varying matches the parts of the output that differ between runs.
var varying = regexp.MustCompile(`127\.0\.0\.1:\d+|/runs/\w+|trained in \S+`)

func TestRun_NoAPIKey_LogsToAServerInTheProcess(t *testing.T) {
	t.Parallel()
	// Settings that must be ignored without a key.
	env := map[string]string{"HOME": t.TempDir(), "WANDB_ENTITY": "elsewhere", "WANDB_DIR": t.TempDir(), "WANDB_BASE_URL": "http://127.0.0.1:9"}
	code, text := start(t, env)
	require.Zero(t, code, text)
	assert.Contains(t, text, "in this process (no API key was found)")
	assert.Contains(t, text, "The server in this process has the run: 60 rows, state finished.\n")
	assert.Regexp(t, `run      http://127\.0\.0\.1:\d+/acme/wandgo-quickstart/runs/\w{8}\n`, text)
	assert.True(t, utf8.ValidString(text))
	assert.NotContains(t, text, wandbtest.AliceKey)

	_, again := start(t, env)
	assert.Equal(t, varying.ReplaceAllString(text, ""), varying.ReplaceAllString(again, ""), "the training is deterministic")
}

// runAndLook runs the program on a terminal, and presses Ctrl-C once it says so.
func runAndLook(t *testing.T, tty *ptytest.Terminal, args []string, getenv func(string) string) (code int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- run(ctx, args, getenv, tty.File) }()
	tty.Wait(t, "Press Ctrl-C to stop the server.")
	cancel()
	return <-done
}

// TestPages_ShowTheOutputOnATerminal compares examples/README.md with the program's
// output. Port, run id and time differ each time.
func TestPages_ShowTheOutputOnATerminal(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse multiplications and additions, which changes the last digits")
	}
	tty := ptytest.Open(t)
	env := map[string]string{"HOME": t.TempDir()}
	require.Zero(t, runAndLook(t, tty, nil, func(name string) string { return env[name] }))
	text := tty.Text()
	for pattern, fixed := range map[string]string{
		`127\.0\.0\.1:\d+`: "127.0.0.1:41234", `/runs/\w+`: "/runs/7f3k2m9x", `trained in \S+,`: "trained in 19ms,",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, fixed)
	}
	page.Check(t, "examples/README.md", "quickstart", page.Fence("text", text))
}

func TestRun_WithAPIKey_LogsToItsServer(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	code, text := start(t, environ(t, s, wandbtest.AliceKey), "-epochs", "5", "-seed", "3")
	require.Zero(t, code, text)
	assert.Contains(t, text, "  server   "+s.URL()+"\n  account  alice\n")
	assert.Contains(t, text, "  run      "+s.URL()+"/acme/wandgo-quickstart/runs/run1\n")
	assert.Contains(t, text, "View it at "+s.URL()+"/acme/wandgo-quickstart/runs/run1\n")
	stored, ok := s.Run("acme", "wandgo-quickstart", "run1")
	require.True(t, ok)
	assert.Equal(t, "finished", stored.State)
	rows := stored.History()
	require.Len(t, rows, 5)
	for _, metric := range []string{"epoch", "train/loss", "train/accuracy", "val/loss", "val/accuracy", "lr", "grad_norm"} {
		assert.Contains(t, rows[4], metric)
		assert.Equal(t, rows[4][metric], stored.Summary[metric], "the summary equals the last row")
	}
	assert.InDelta(t, 3, stored.Config["seed"], 0)
	assert.InDelta(t, 67, stored.Config["parameters"], 0)
}

// TestRun_ServerRefusesOrFails_TrainsOffline checks that the training finishes, that the
// reason is printed, and that the rows are on disk.
// TestRun_ServerOfAnotherMaker_LogsToIt: a server that does not understand every question
// gets the run.
func TestRun_ServerOfAnotherMaker_LogsToIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{Foreign: true}))
	code, text := start(t, environ(t, s, wandbtest.AliceKey))
	require.Zero(t, code, text)
	v, ok := s.Run("acme", "wandgo-quickstart", "run1")
	require.True(t, ok, text)
	assert.Len(t, v.HistoryLines, 60)
	assert.Equal(t, "finished", v.State)
}

func TestRun_ServerRefusesOrFails_TrainsOffline(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		arrange func(s *wandbtest.Server, env map[string]string) error
		says    string
	}{
		"bad key": {func(s *wandbtest.Server, _ map[string]string) error { return s.RevokeKey(wandbtest.AliceKey) }, "rejected the key"},
		"view-only": {func(s *wandbtest.Server, _ map[string]string) error {
			return s.SetRole("acme", "alice", wandbtest.RoleViewer)
		}, "It was not uploaded (viewer_role)."},
		"other team": {func(_ *wandbtest.Server, env map[string]string) error {
			env["WANDB_ENTITY"] = "globex"
			return nil
		}, "It was not uploaded (not_team_member)."},
		"down": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Status: 503})
			return nil
		}, "is not available"},
		"down in mid-run": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 403, Body: `{"error":"permission denied"}`})
			return nil
		}, "It was not uploaded"},
		"garbage": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Garbage: true})
			return nil
		}, "is not available"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			env := environ(t, s, wandbtest.AliceKey)
			require.NoError(t, tt.arrange(s, env))
			code, text := start(t, env, "-epochs", "5")
			require.Equal(t, exitNotUploaded, code, text)
			assert.Contains(t, text, "What to do:")
			assert.Contains(t, text, "5 rows logged")
			assert.Contains(t, text, tt.says)
			dir, rows := ondisk.Rows(t, env["WANDB_DIR"])
			assert.EqualValues(t, 5, rows)
			assert.Contains(t, text, "The run is in "+dir)
		})
	}
}

func TestRun_OfflineOrDisabled_DoesNotAskTheServer(t *testing.T) {
	t.Parallel()
	env := map[string]string{"WANDB_MODE": "disabled", "HOME": t.TempDir(), "WANDB_DIR": t.TempDir()}
	code, text := start(t, env, "-epochs", "2")
	require.Zero(t, code, text)
	assert.Contains(t, text, "none, because WANDB_MODE is disabled")
	assert.Contains(t, text, "  run      not stored\n")

	env["WANDB_MODE"] = "offline"
	code, text = start(t, env, "-epochs", "2")
	require.Zero(t, code, text)
	assert.Contains(t, text, "  run      offline, in "+env["WANDB_DIR"])
	assert.NotContains(t, text, "not uploaded", "offline was requested")
}

func TestRun_InvalidFlags_PrintsUsage(t *testing.T) {
	t.Parallel()
	code, text := start(t, nil, "-help")
	assert.Zero(t, code)
	assert.Contains(t, text, "-epochs")
	code, _ = start(t, nil, "-unknown")
	assert.Equal(t, 2, code)
	code, text = start(t, map[string]string{"WANDB_BASE_URL": "ftp://example.com", "HOME": t.TempDir()})
	assert.Equal(t, 1, code)
	assert.Contains(t, text, "base URL")
}

// TestRun_OnATerminal_PrintsEverythingOnce also checks that WANDB_SILENT and NO_COLOR
// have their effect without an API key.
func TestRun_OnATerminal_PrintsEverythingOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		env           map[string]string
		shown, colors bool
	}{
		{name: "no color", env: map[string]string{"NO_COLOR": "1"}, shown: true},
		{name: "color", shown: true, colors: true},
		{name: "silent", env: map[string]string{"WANDB_SILENT": "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tty := ptytest.Open(t)
			getenv := func(name string) string { return tt.env[name] }
			if tt.shown {
				require.Zero(t, runAndLook(t, tty, []string{"-epochs", "3"}, getenv))
			} else { // nobody looks
				require.Zero(t, run(t.Context(), []string{"-epochs", "3"}, getenv, tty.File))
			}
			text := tty.Text()
			links := 1
			if tt.shown {
				links = 2 // at the start and at the end
			}
			assert.Equal(t, links, strings.Count(text, "/acme/wandgo-quickstart/runs/"), text)
			assert.Equal(t, tt.shown, strings.Contains(text, "wandgo:   val/loss "), text)
			assert.Equal(t, tt.colors, strings.Contains(tty.Raw(), "\x1b["))
		})
	}
}

// TestRun_PartRefused_ExitStatusSaysSo: the training finishes, and the exit status is not
// that of a run that the server has.
func TestRun_PartRefused_ExitStatusSaysSo(t *testing.T) {
	t.Parallel()
	for part, after := range map[string]int{"file_stream": 0, "UpsertBucket": 1, "CreateRunFiles": 0, "PUT": 0} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			s.Inject(wandbtest.Fault{Operation: part, After: after, Status: 403, Body: `{"error":"permission denied"}`})
			code, text := start(t, environ(t, s, wandbtest.AliceKey), "-epochs", "5")
			assert.Equal(t, exitNotUploaded, code, text)
			assert.Contains(t, text, "What to do:")
			assert.Contains(t, text, "It was not uploaded")
		})
	}
}
