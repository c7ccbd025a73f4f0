package main

import (
	"bytes"
	"regexp"
	"runtime"
	"strings"
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

// start runs the program with an environment and returns what it printed.
func start(t *testing.T, env map[string]string, args ...string) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out)
	return code, out.String()
}

// of is the environment of a user of the server.
func of(t *testing.T, s *wandbtest.Server, key string) map[string]string {
	t.Helper()
	return map[string]string{
		"WANDB_BASE_URL": s.URL(), "WANDB_API_KEY": key, "HOME": t.TempDir(), "WANDB_DIR": t.TempDir(), "WANDB_RUN_ID": "run1",
		"WANDB_X_GRAPHQL_RETRY_MAX": "1", "WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS": "0.01",
	}
}

// changing are the parts of the output that differ each time.
var changing = regexp.MustCompile(`127\.0\.0\.1:\d+|/runs/\w+|trained in \S+`)

func TestWithoutKey(t *testing.T) {
	t.Parallel()
	// Settings that would lead astray, were they obeyed without a key.
	env := map[string]string{"HOME": t.TempDir(), "WANDB_ENTITY": "elsewhere", "WANDB_DIR": t.TempDir(), "WANDB_BASE_URL": "http://127.0.0.1:9"}
	code, text := start(t, env)
	require.Zero(t, code, text)
	assert.Contains(t, text, "in this process, as no API key was found")
	assert.Contains(t, text, "The server in this process has the run: 60 rows, state finished.\n")
	assert.Regexp(t, `run      http://127\.0\.0\.1:\d+/acme/wandgo-quickstart/runs/\w{8}\n`, text)
	assert.True(t, utf8.ValidString(text))
	assert.NotContains(t, text, wandbtest.AliceKey)

	_, again := start(t, env)
	assert.Equal(t, changing.ReplaceAllString(text, ""), changing.ReplaceAllString(again, ""), "the same training each time")
}

// TestReadme holds the README's output to what the program shows on a terminal. Port,
// run id and time differ each time.
func TestReadme(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse multiplications and additions, which changes last digits")
	}
	tty := ptytest.Open(t)
	env := map[string]string{"HOME": t.TempDir()}
	require.Zero(t, run(t.Context(), nil, func(name string) string { return env[name] }, tty.File))
	text := tty.Text()
	for pattern, fixed := range map[string]string{
		`127\.0\.0\.1:\d+`: "127.0.0.1:41234", `/runs/\w+`: "/runs/7f3k2m9x", `trained in \S+,`: "trained in 19ms,",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, fixed)
	}
	page.Check(t, "examples/README.md", "quickstart", page.Fence("text", text))
}

func TestWithKey(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	code, text := start(t, of(t, s, wandbtest.AliceKey), "-epochs", "5", "-seed", "3")
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
		assert.Equal(t, rows[4][metric], stored.Summary[metric], "the summary is the last row")
	}
	assert.InDelta(t, 3, stored.Config["seed"], 0)
	assert.InDelta(t, 67, stored.Config["parameters"], 0)
}

// TestNeverFailsForTheServer holds that training goes on whatever the server
// says, that the reason is printed, and that the rows are on disk.
func TestNeverFailsForTheServer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		arrange func(s *wandbtest.Server, env map[string]string) error
		says    string
	}{
		"bad key": {func(s *wandbtest.Server, _ map[string]string) error { return s.RevokeKey(wandbtest.AliceKey) }, "did not take the key"},
		"view-only": {func(s *wandbtest.Server, _ map[string]string) error {
			return s.SetRole("acme", "alice", wandbtest.RoleViewer)
		}, "It is not on the server (viewer_role)."},
		"other team": {func(_ *wandbtest.Server, env map[string]string) error {
			env["WANDB_ENTITY"] = "globex"
			return nil
		}, "It is not on the server (not_team_member)."},
		"down": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Status: 503})
			return nil
		}, "is not available"},
		"down from the middle on": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 403, Body: `{"error":"permission denied"}`})
			return nil
		}, "It is not on the server"},
		"garbage": {func(s *wandbtest.Server, _ map[string]string) error {
			s.Inject(wandbtest.Fault{Garbage: true})
			return nil
		}, "is not available"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, wandbtest.Solo())
			env := of(t, s, wandbtest.AliceKey)
			require.NoError(t, tt.arrange(s, env))
			code, text := start(t, env, "-epochs", "5")
			require.Zero(t, code, text)
			assert.Contains(t, text, "What to do:")
			assert.Contains(t, text, "5 rows logged")
			assert.Contains(t, text, tt.says)
			dir, rows := ondisk.Rows(t, env["WANDB_DIR"])
			assert.EqualValues(t, 5, rows)
			assert.Contains(t, text, "The run is in "+dir)
		})
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	env := map[string]string{"WANDB_MODE": "disabled", "HOME": t.TempDir(), "WANDB_DIR": t.TempDir()}
	code, text := start(t, env, "-epochs", "2")
	require.Zero(t, code, text)
	assert.Contains(t, text, "none, as WANDB_MODE is disabled")
	assert.Contains(t, text, "  run      not kept\n")

	env["WANDB_MODE"] = "offline"
	code, text = start(t, env, "-epochs", "2")
	require.Zero(t, code, text)
	assert.Contains(t, text, "  run      offline, in "+env["WANDB_DIR"])
	assert.NotContains(t, text, "not on the server", "it was asked for")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	code, text := start(t, nil, "-help")
	assert.Zero(t, code)
	assert.Contains(t, text, "-epochs")
	code, _ = start(t, nil, "-nix")
	assert.Equal(t, 2, code)
	code, text = start(t, map[string]string{"WANDB_BASE_URL": "ftp://example.com", "HOME": t.TempDir()})
	assert.Equal(t, 1, code)
	assert.Contains(t, text, "base URL")
}

// TestTerminal holds that on a terminal nothing is said twice, and that silence and
// NO_COLOR are heeded by the server in the process too.
func TestTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		env            map[string]string
		shown, colours bool
	}{
		{name: "plainly", env: map[string]string{"NO_COLOR": "1"}, shown: true},
		{name: "in colour", shown: true, colours: true},
		{name: "not at all", env: map[string]string{"WANDB_SILENT": "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tty := ptytest.Open(t)
			require.Zero(t, run(t.Context(), []string{"-epochs", "3"}, func(name string) string { return tt.env[name] }, tty.File))
			text := tty.Text()
			links := 1
			if tt.shown {
				links = 2 // at the start and at the end
			}
			assert.Equal(t, links, strings.Count(text, "/acme/wandgo-quickstart/runs/"), text)
			assert.Equal(t, tt.shown, strings.Contains(text, "wandgo:   val/loss "), text)
			assert.Equal(t, tt.colours, strings.Contains(tty.Raw(), "\x1b["))
		})
	}
}
