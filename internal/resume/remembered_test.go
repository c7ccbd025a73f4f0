package resume

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecall_AfterRemember_ReturnsTheID(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "wandb")
	assert.Empty(t, Recall(root), "nothing is stored")
	require.NoError(t, Remember(root, "abc"))
	assert.Equal(t, "abc", Recall(root))
	Forget(root)
	assert.Empty(t, Recall(root))
}

func TestRecall_FileWithoutAnID_ReturnsNothing(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"not JSON": "{", "other type": `{"run_id":7}`, "path": `{"run_id":"../x"}`} {
		root := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(root, "wandb-resume.json"), []byte(text), 0o600))
		assert.Empty(t, Recall(root), name)
	}
}
