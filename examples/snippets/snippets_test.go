package snippets

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/page"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// environment leads package client's own functions to the server.
func environment(t *testing.T, srv *wandbtest.Server) {
	t.Helper()
	t.Setenv("WANDB_BASE_URL", srv.URL())
	t.Setenv("WANDB_API_KEY", wandbtest.AliceKey)
	t.Setenv("WANDB_DIR", t.TempDir())
	t.Setenv("WANDB_SILENT", "true")
}

func TestStart_Refused_NamesTheRemedy(t *testing.T) {
	srv := wandbtest.New(t, wandbtest.Solo())
	environment(t, srv)
	t.Setenv("WANDB_X_GRAPHQL_RETRY_MAX", "1")
	t.Setenv("WANDB_X_GRAPHQL_RETRY_WAIT_MIN_SECONDS", "0.01")

	run, err := start(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))

	_, err = start(t.Context(), client.RunOptions{Entity: "globex", Project: "vision"})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	assert.ErrorContains(t, err, `use one of your entities ["alice" "acme"]`)

	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	_, err = start(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.ErrorIs(t, err, errors.ErrViewerRole)
	assert.ErrorContains(t, err, "an admin has to grant access")

	srv.Inject(wandbtest.Fault{Status: 503})
	_, err = start(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	assert.ErrorContains(t, err, "try again later")
}

func TestTrainOn_StoppedAndStartedAgain_LogsEveryStepOnceAndSavesTheCheckpoint(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard})
	require.NoError(t, err)
	defer c.Close()
	dir := t.TempDir()
	require.NoError(t, trainOn(t.Context(), c, dir, []byte("weights")))
	require.NoError(t, trainOn(t.Context(), c, dir, []byte("weights")))

	run, ok := srv.Run("acme", "vision", "baseline")
	require.True(t, ok)
	assert.Equal(t, "finished", run.State)
	assert.Equal(t, 1000, len(run.HistoryLines)) //nolint:testifylint // Len would print all rows.
	assert.Equal(t, "weights", string(run.Files["last.ckpt"]))
}

func TestTrainOn_Refused_TrainsOffline(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	require.NoError(t, srv.SetRole("acme", "alice", wandbtest.RoleViewer))
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard})
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, trainOn(t.Context(), c, t.TempDir(), []byte("weights")))
	_, ok := srv.Run("acme", "vision", "baseline")
	assert.False(t, ok)
}

func TestFinish_AfterASignal_ReportsItsExitCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		cause error
		want  int
	}{
		{"Ctrl-C", &client.InterruptedError{Signal: os.Interrupt}, 255},
		{"SIGTERM", &client.InterruptedError{Signal: syscall.SIGTERM}, 143},
		{"no signal", context.Canceled, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard})
			require.NoError(t, err)
			defer c.Close()
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
			require.NoError(t, err)

			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(test.cause)
			if err := finish(ctx, run); test.want == 0 {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, client.ErrInterrupted, "the program does not exit with 0")
			}
			got, ok := srv.Run("acme", "vision", "run1")
			require.True(t, ok)
			assert.Equal(t, &test.want, got.ExitCode)
		})
	}
}

// TestPages_ShowTheCodeThatTheTestsRun compares the pages' Go blocks with the source.
func TestPages_ShowTheCodeThatTheTestsRun(t *testing.T) {
	t.Parallel()
	for _, block := range []struct{ page, function, file string }{
		{"README.md", "train", "train.go"},
		{"README.md", "start", "branch.go"},
		{"README.md", "TestTraining", "training_test.go"},
		{"examples/README.md", "trainOn", "resume.go"},
		{"examples/README.md", "finish", "finish.go"},
	} {
		page.Check(t, block.page, block.function, page.Fence("go", function(t, block.file, block.function)))
	}
}

// function is the source of a function.
func function(t *testing.T, file, name string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, decl := range parsed.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Name.Name == name {
			return string(source[set.Position(f.Pos()).Offset:set.Position(f.End()).Offset])
		}
	}
	require.Fail(t, "no such function", "%s in %s", name, file)
	return ""
}
