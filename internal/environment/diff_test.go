package environment

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// committed makes a repository by git itself, with one commit of these files.
func committed(t *testing.T, tree map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := t.TempDir()
	files(t, dir, tree)
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "first")
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", args...)
	command.Dir = dir
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestDiff(t *testing.T) {
	t.Parallel()
	dir := committed(t, map[string]string{"train.go": "lr := 0.1\n", "sub/gone.go": "x\n", "sub/same.go": "x\n"})
	const limit = 1 << 20
	diff, err := Diff(t.Context(), dir, limit)
	require.NoError(t, err)
	assert.Empty(t, diff)

	files(t, dir, map[string]string{"train.go": "lr := 0.2\n", "new.go": "untracked\n", "staged.go": "staged\n"})
	require.NoError(t, os.Remove(filepath.Join(dir, "sub", "gone.go")))
	git(t, dir, "add", "staged.go")
	diff, err = Diff(t.Context(), filepath.Join(dir, "sub"), limit)
	require.NoError(t, err)
	for _, part := range []string{"-lr := 0.1\n+lr := 0.2\n", "deleted file mode 100644\n", "+staged\n", "a/sub/gone.go"} {
		assert.Contains(t, string(diff), part, "also what is above the directory")
	}
	assert.NotContains(t, string(diff), "untracked")

	other := committed(t, map[string]string{"train.go": "lr := 0.1\n", "sub/gone.go": "x\n", "sub/same.go": "x\n"})
	patch := filepath.Join(t.TempDir(), "diff.patch")
	require.NoError(t, os.WriteFile(patch, diff, 0o600))
	git(t, other, "apply", patch)
	text, err := os.ReadFile(filepath.Join(other, "train.go"))
	require.NoError(t, err)
	assert.Equal(t, "lr := 0.2\n", string(text), "it can be applied")

	_, err = Diff(t.Context(), dir, len(diff)-1)
	require.ErrorIs(t, err, ErrTooLarge)
	whole, err := Diff(t.Context(), dir, len(diff))
	require.NoError(t, err)
	assert.Equal(t, diff, whole)
	files(t, dir, map[string]string{"train.go": strings.Repeat("line\n", 1<<20)})
	_, err = Diff(t.Context(), dir, limit)
	require.ErrorIs(t, err, ErrTooLarge, "git is not waited for")
}

// TestDiffRunsNothing: a repository cannot have a program of its own run.
func TestDiffRunsNothing(t *testing.T) {
	t.Parallel()
	dir := committed(t, map[string]string{"train.go": "a\n", ".gitattributes": "*.go diff=evil\n"})
	trace := filepath.Join(t.TempDir(), "ran")
	for _, key := range []string{"diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "core.pager"} {
		git(t, dir, "config", key, "touch "+trace+"; echo")
	}
	files(t, dir, map[string]string{"train.go": "b\n"})
	diff, err := Diff(t.Context(), dir, 1<<20)
	require.NoError(t, err)
	assert.Contains(t, string(diff), "+b\n")
	assert.NoFileExists(t, trace)
}

func TestDiffFails(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	_, err := Diff(t.Context(), t.TempDir(), 1<<20)
	require.Error(t, err, "no repository")
	dir := t.TempDir()
	git(t, dir, "init", "--quiet")
	_, err = Diff(t.Context(), dir, 1<<20)
	require.Error(t, err, "no commit")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Diff(ctx, dir, 1<<20)
	require.ErrorIs(t, err, context.Canceled)
}
