package interop

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/interop/official"
	"github.com/wandgo/wandgo/interop/scenario"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSameEventFiles has the official client watch event files of tensorboardX, and wandgo
// import them. The rows must be equal, apart from what only one of them reads.
func TestSameEventFiles(t *testing.T) {
	t.Parallel()
	sdk, err := official.Find(t.Context())
	if errors.Is(err, official.ErrUnreachable) {
		t.Skipf("SKIPPED, nothing was compared: %v", err)
	}
	require.NoError(t, err)
	script, err := filepath.Abs(filepath.Join("testdata", "tensorboard.py"))
	require.NoError(t, err)
	logs, err := filepath.Abs(filepath.Join("..", "internal", "tfevents", "testdata", "logs", "train"))
	require.NoError(t, err)
	s := wandbtest.New(t, scenario.Server())
	dir := t.TempDir()
	python(t.Context(), t, sdk, s, dir, nil, script, logs, filepath.Join(dir, "logs"), "theirs")
	theirs, ok := s.Run("acme", scenario.Project, "theirs")
	require.True(t, ok)

	ours := t.TempDir()
	program := filepath.Join(ours, "wandgo")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "./cmd/wandgo")
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd = exec.CommandContext(t.Context(), program, "import", "tensorboard", logs, "--entity", "acme", "--project", "imported")
	cmd.Dir, cmd.Env = ours, []string{"WANDB_BASE_URL=" + s.URL(), "WANDB_API_KEY=" + scenario.Key, "HOME=" + ours, "PATH=" + ours}
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	keys := s.Runs()
	require.Len(t, keys, 2)
	imported, ok := s.Run("acme", "imported", keys[1].ID)
	require.True(t, ok)

	want, got := theirs.History(), imported.History()
	require.Len(t, want, 5)
	require.Len(t, got, len(want))
	for i := range want {
		delete(want[i], "_runtime") // of the watching process
		delete(got[i], "_runtime")
		delete(got[i], "notes/text_summary") // the official client skips texts
		for _, row := range []map[string]any{want[i], got[i]} {
			if picture, ok := row["in/sample"].(map[string]any); ok {
				delete(picture, "filenames") // with a random part
			}
		}
	}
	require.Contains(t, want[4], "loss")
	require.Contains(t, got[4], "loss")
	delete(want[4], "loss") // NaN, which equals nothing
	delete(got[4], "loss")
	assert.Equal(t, want, got)
}
