package download

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

func TestReuse_CacheFileWasCut_IsNotPlaced(t *testing.T) {
	t.Parallel()
	cached := filepath.Join(t.TempDir(), "cached")
	require.NoError(t, os.WriteFile(cached, []byte("hel"), 0o600))
	from, err := os.Open(cached)
	require.NoError(t, err)
	defer from.Close()
	dir := t.TempDir()
	target, err := openTarget(dir)
	require.NoError(t, err)
	defer target.close(true)
	j := &job{target: target}

	has, err := j.reuse(from, &record.ArtifactEntry{Path: "f", Size: 5}, "f")
	require.NoError(t, err)
	assert.False(t, has, "it has to be fetched")
	assert.NoFileExists(t, filepath.Join(dir, "f"))

	_, err = from.Seek(0, 0)
	require.NoError(t, err)
	has, err = j.reuse(from, &record.ArtifactEntry{Path: "f", Size: 3}, "f")
	require.NoError(t, err)
	assert.True(t, has)
	assert.FileExists(t, filepath.Join(dir, "f"))
}
