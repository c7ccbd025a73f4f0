package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/examples/internal/ondisk"
	"github.com/wandgo/wandgo/wandbtest"
)

// program is set for a process that runs the program instead of the tests.
const program = "WANDGO_TEST_HARNESS"

func TestMain(m *testing.M) {
	if os.Getenv(program) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// screen is an output that calls seen with the whole text after each write.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
	seen func(text string)
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text.Write(p)
	text := s.text.String()
	s.mu.Unlock()
	if s.seen != nil {
		s.seen(text)
	}
	return len(p), nil
}

func alone(string) string { return "" }

func TestRun_EachScenario_PrintsItsOutcome(t *testing.T) {
	t.Parallel()
	const epochs = 60
	tests := []struct {
		name     string
		args     []string
		code     int
		has, not []string
	}{
		{name: "ok", has: []string{"preflight  acme: allowed", "uploaded   http://"}, not: []string{"on disk"}},
		{
			name: "viewer", code: exitNotUploaded,
			has: []string{`user "alice" has only the role "viewer"`, "could log to alice", "run        offline, in ", "(viewer_role)"},
			not: []string{"uploaded"},
		},
		{
			name: "repaired",
			has:  []string{`user "alice" has only the role "viewer"`, "run        offline, in ", "synced     http://", ", 60 rows"},
			not:  []string{"on disk"},
		},
		{
			name: "viewer", code: exitNotUploaded, args: []string{"-sync"},
			has: []string{`sync       sync runs: `, `user "alice" has only the role "viewer"`, "(viewer_role)"}, not: []string{"synced"},
		},
		{name: "viewer", args: []string{"-refused", "stop"}, code: exitRefused, has: []string{"What to do:"}, not: []string{"epoch"}},
		{name: "viewer", args: []string{"-fallback", "globex, alice"}, has: []string{"preflight  alice: allowed", "/alice/wandgo-harness/runs/"}},
		{name: "viewer", args: []string{"-own-team"}, has: []string{"preflight  alice: allowed"}},
		{name: "other-team", has: []string{`not a member of team "globex"`, "preflight  alice: allowed", "uploaded"}, not: []string{"on disk"}},
		{name: "other-team", args: []string{"-own-team=false"}, code: exitNotUploaded, has: []string{"could log to alice or acme", "(not_team_member)"}},
		{name: "no-key", code: exitNotUploaded, has: []string{"no API key was found", "WANDB_API_KEY is not set", "(no_api_key)"}},
		{name: "no-key", args: []string{"-refused", "stop"}, code: exitRefused, not: []string{"epoch"}},
		{name: "outage", code: exitNotUploaded, has: []string{"preflight  failed: ", "is unavailable", "(server_unavailable)"}},
		{name: "outage", args: []string{"-refused", "stop"}, code: exitTryLater, not: []string{"epoch"}},
		{name: "lost", code: exitNotUploaded, has: []string{"preflight  acme: allowed", "run        http://", `probably not a member of team "acme"`, "on disk "}},
		{name: "ok", args: []string{"-project", "a/b"}, code: exitFailed, has: []string{"must not contain '/'"}, not: []string{"epoch"}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(append([]string{tt.name}, tt.args...), " "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var out screen
			code := run(t.Context(), append([]string{"-scenario", tt.name, "-dir", dir}, tt.args...), alone, &out)
			text := out.text.String()
			assert.Equal(t, tt.code, code, text)
			flat := strings.Join(strings.Fields(text), " ") // the text is wrapped
			for _, s := range tt.has {
				assert.Contains(t, flat, strings.Join(strings.Fields(s), " "))
			}
			for _, s := range append(tt.not, "notakey", wandbtest.AliceKey) {
				assert.NotContains(t, text, s)
			}
			_, rows := ondisk.Rows(t, dir)
			if tt.code == exitOK || tt.code == exitNotUploaded {
				assert.Contains(t, text, "epoch       60")
				assert.EqualValues(t, epochs, rows, "every row is on disk")
			} else {
				assert.Zero(t, rows)
			}
		})
	}
}

// TestRun_Refused_SyncUploadsItAfterTheRoleIsRaised follows a View-Only user: the server
// refuses, the training runs offline, the role is raised, and wandgo sync uploads the run.
// Building the command takes longer than everything else, so that only the long run does
// it; otherwise the client uploads.
func TestRun_Refused_SyncUploadsItAfterTheRoleIsRaised(t *testing.T) {
	t.Parallel()
	server := wandbtest.New(t, wandbtest.Solo())
	require.NoError(t, server.SetRole("acme", "alice", wandbtest.RoleViewer))
	dir := t.TempDir()
	env := map[string]string{
		"WANDB_BASE_URL": server.URL(), "WANDB_API_KEY": wandbtest.AliceKey, "WANDB_ENTITY": "acme",
		"WANDB_RUN_ID": "run1", "HOME": t.TempDir(), "WANDB_DIR": dir,
	}
	getenv := func(name string) string { return env[name] }
	var out screen
	require.Equal(t, exitNotUploaded, run(t.Context(), nil, getenv, &out))
	text := out.text.String()
	assert.Contains(t, text, `user "alice" has only the role "viewer"`)
	assert.Contains(t, text, "; to upload the run: wandgo sync ")
	require.Empty(t, server.Runs(), "the server has no run")

	c, err := client.New(client.Options{Getenv: getenv})
	require.NoError(t, err)
	defer c.Close()
	upload := func() (string, error) {
		_, err := c.Sync(t.Context(), nil, client.SyncOptions{})
		return fmt.Sprint(err), err
	}
	if os.Getenv("WANDGO_TEST_LONG") != "" {
		wandgo := filepath.Join(t.TempDir(), "wandgo")
		built, err := exec.CommandContext(t.Context(), "go", "build", "-o", wandgo, "github.com/wandgo/wandgo/cmd/wandgo").CombinedOutput()
		require.NoError(t, err, string(built))
		upload = func() (string, error) {
			cmd := exec.CommandContext(t.Context(), wandgo, "sync")
			cmd.Dir = dir
			for name, value := range env {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			out, err := cmd.CombinedOutput()
			return string(out), err
		}
	}
	printed, err := upload()
	require.Error(t, err, "the role is still View-Only")
	require.Contains(t, printed, `user "alice" has only the role "viewer"`)
	require.NoError(t, server.SetRole("acme", "alice", wandbtest.RoleMember))
	printed, err = upload()
	require.NoError(t, err, printed)
	stored, ok := server.Run("acme", "wandgo-harness", "run1")
	require.True(t, ok)
	assert.Equal(t, "finished", stored.State)
	rows := stored.History()
	require.Len(t, rows, 60)
	for i, row := range rows {
		assert.EqualValues(t, i+1, row["epoch"])
	}
	assert.EqualValues(t, 60, stored.Summary["epoch"])
	assert.EqualValues(t, 60, stored.Config["epochs"])
	assert.Equal(t, "train", stored.JobType)
}

func TestRun_ContextCanceledBeforeStart_ExitsWithStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out screen
	code := run(ctx, []string{"-scenario", "ok", "-dir", t.TempDir(), "-refused", "stop"}, alone, &out)
	assert.Equal(t, exitStopped, code, out.text.String())
}

func TestRun_InvalidFlags_PrintsUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		env  string
		code int
		has  string
	}{
		{name: "help", args: []string{"-help"}, code: exitOK, has: "The scenarios:\n  ok "},
		{name: "unknown flag", args: []string{"-unknown"}, code: exitUsage, has: "-unknown"},
		{name: "unknown scenario", args: []string{"-scenario", "unknown"}, code: exitUsage, has: "must be one of ok, viewer"},
		{name: "no checkpoints", args: []string{"-checkpoint-every", "0"}, code: exitUsage, has: "must be at least 1"},
		{name: "unknown reaction", args: []string{"-refused", "unknown"}, code: exitUsage, has: `must be offline or stop, not "unknown"`},
		{name: "unknown reaction in the environment", env: "unknown", code: exitUsage, has: `must be offline or stop, not "unknown"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out screen
			env := func(name string) string {
				if name == "HARNESS_REFUSED" {
					return tt.env
				}
				return ""
			}
			assert.Equal(t, tt.code, run(t.Context(), tt.args, env, &out))
			assert.Contains(t, out.text.String(), tt.has)
		})
	}
}

func TestScenarios_AllAreInTheTable(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios() {
		assert.NotEmpty(t, s.story, s.name)
		_, err := parse([]string{"-scenario", s.name}, alone, io.Discard)
		assert.NoError(t, err, s.name)
	}
	assert.Len(t, scenarios(), 7, "add the new scenario to TestRun_EachScenario_PrintsItsOutcome")
}
