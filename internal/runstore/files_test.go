package runstore

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenFile_NothingLeadsOutOfTheRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	l.finish(0)
	require.NoError(t, l.dir.AddFile("a.txt", []byte("inside")))
	require.NoError(t, os.MkdirAll(filepath.Join(l.dir.Files(), "media", "x"), 0o700))
	require.NoError(t, l.dir.AddFile("media/x/b.txt", []byte("deeper")))
	secret := filepath.Join(root, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(l.dir.Files(), "link")))
	require.NoError(t, os.Symlink(root, filepath.Join(l.dir.Files(), "dir")))
	r := only(t, open(t, Options{}, root))

	files, more, err := r.Files()
	require.NoError(t, err)
	assert.False(t, more)
	var names []string
	for _, f := range files {
		names = append(names, f.Path)
	}
	assert.Equal(t, []string{"a.txt", "media/x/b.txt"}, names)
	f, err := r.OpenFile("media/x/b.txt")
	require.NoError(t, err)
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, "deeper", string(content))
	for _, path := range []string{
		"../run-r1.wandb", "link", "dir/secret", "media/../../run-r1.wandb", "/etc/passwd", "", ".", "media", "missing", "a.txt/",
	} {
		_, err := r.OpenFile(path)
		require.Error(t, err, path)
	}
	require.NoError(t, os.RemoveAll(l.dir.Files()))
	files, _, err = r.Files()
	require.NoError(t, err)
	assert.Empty(t, files)
}

func TestFiles_DirectoryIsALinkOutOfTheRun_AreNotShown(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	l := start(t, root, "r1")
	l.finish(0)
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "secret"), []byte("secret"), 0o600))
	require.NoError(t, os.RemoveAll(l.dir.Files()))
	require.NoError(t, os.Symlink(elsewhere, l.dir.Files()))
	r := only(t, open(t, Options{}, root))
	files, _, err := r.Files()
	require.Error(t, err)
	assert.Empty(t, files)
	_, err = r.OpenFile("secret")
	require.Error(t, err)
}
