package runstore

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

func TestOpenArtifact_OnlyCopiesAreOpened(t *testing.T) {
	t.Parallel()
	root, staging := t.TempDir(), t.TempDir()
	l := start(t, root, "r1")
	rows := func() {
		for range 100 {
			l.row(`,"word":` + text(1000))
		}
	}
	rows()
	write := func(path string) string {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(filepath.Base(path)), 0o600))
		return path
	}
	secret := write(filepath.Join(root, "secret"))
	copied, linked := write(filepath.Join(l.dir.Artifacts(), "a", "1")), filepath.Join(l.dir.Artifacts(), "a", "2")
	require.NoError(t, os.Symlink(secret, linked))
	l.add(&record.Artifact{Type: "t", Name: "n", ClientID: "c", Digest: "d", Manifest: &record.ArtifactManifest{Entries: []record.ArtifactEntry{
		{Path: "copy", LocalPath: copied},
		{Path: "moved", LocalPath: "/elsewhere/artifacts/a/1"},
		{Path: "link", LocalPath: linked},
		{Path: "staged", LocalPath: write(filepath.Join(staging, "tmp1"))},
		{Path: "above", LocalPath: staging + "/../" + filepath.Base(root) + "/secret"},
		{Path: "secret", LocalPath: secret},
		{Path: "uploaded"},
		{Path: "reference", LocalPath: copied, Ref: "s3://b/k"},
	}}})
	rows()
	l.finish(0)
	cache := t.TempDir()
	for _, index := range []bool{false, true} {
		s := Open([]string{root}, Options{Staging: staging, Cache: cache})
		s.crew.section = 32 << 10
		s.Refresh(t.Context())
		r := only(t, s)
		require.NotNil(t, r.index)
		for path, want := range map[string]string{"copy": "1", "moved": "1", "staged": "tmp1"} {
			f, err := r.OpenArtifact("c", path)
			require.NoError(t, err, path)
			text, err := io.ReadAll(f)
			require.NoError(t, err)
			require.NoError(t, f.Close())
			assert.Equal(t, want, string(text), "%s, index %v", path, index)
		}
		for _, path := range []string{"link", "above", "secret", "uploaded", "reference", "none", ""} {
			_, err := r.OpenArtifact("c", path)
			require.Error(t, err, path)
		}
		_, err := r.OpenArtifact("", "copy")
		require.ErrorIs(t, err, fs.ErrNotExist)
		s.Close()
	}
}
