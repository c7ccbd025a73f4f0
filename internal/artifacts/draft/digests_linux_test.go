package draft_test

import (
	"crypto/md5"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// fixOne fixes an artifact with one file, and returns its entry.
func fixOne(t *testing.T, path string, cfg draft.Config, alg manifest.Algorithm) record.ArtifactEntry {
	t.Helper()
	d := newDraft(draft.Description{Algorithm: alg})
	require.NoError(t, d.AddFile(path, "f"))
	cfg.Dir = filepath.Join(t.TempDir(), "copies")
	a, err := d.Fix(t.Context(), cfg)
	require.NoError(t, err)
	return a.Manifest.Entries[0]
}

// overwrite writes into a file until the time of its last change is another one: the clock of
// a file system ticks some hundred times a second.
func overwrite(t *testing.T, path string) {
	t.Helper()
	before, err := os.Stat(path)
	require.NoError(t, err)
	changed := func(info os.FileInfo) int64 { return info.Sys().(*syscall.Stat_t).Ctim.Nano() }
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer f.Close()
	for after := before; changed(after) == changed(before); {
		_, err = f.WriteString("changed")
		require.NoError(t, err)
		_, err = f.Seek(0, 0)
		require.NoError(t, err)
		require.NoError(t, os.Chtimes(path, time.Time{}, before.ModTime()))
		after, err = os.Stat(path)
		require.NoError(t, err)
	}
}

func digestOf(content string) string {
	sum := md5.Sum([]byte(content))
	return manifest.Digest(sum[:])
}

// large is the size in bytes of a file whose digest is remembered.
const large = 8 << 20

// writeLarge writes a large file. The test is skipped if changes of files do not show here, as on
// a tmpfs.
func writeLarge(t *testing.T, content string) (path, all string) {
	t.Helper()
	all = strings.Repeat(content, large/len(content)+1)
	path = write(t, filepath.Join(t.TempDir(), "f"), all)
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	if !draft.NotesChanges(f) {
		t.Skip("no digests are remembered on this file system")
	}
	return path, all
}

// inTheFuture runs test at a time when all files have not changed for long.
func inTheFuture(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		<-time.After(time.Until(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)))
		test(t)
	})
}

func TestDigests_FileAsBefore_IsNotHashedAgain(t *testing.T) {
	t.Parallel()
	inTheFuture(t, func(t *testing.T) {
		path, content := writeLarge(t, "0123456789")
		digests := &draft.Digests{}
		cfg := draft.Config{Digests: digests}
		assert.Equal(t, digestOf(content), fixOne(t, path, cfg, manifest.MD5).Digest)
		const wrong = "AAAAAAAAAAAAAAAAAAAAAA=="
		assert.Equal(t, 1, digests.Replace(wrong))

		again := fixOne(t, path, cfg, manifest.MD5)
		assert.Equal(t, wrong, again.Digest)
		assert.EqualValues(t, len(content), again.Size)
		copied, err := os.ReadFile(again.LocalPath)
		require.NoError(t, err)
		assert.Equal(t, digestOf(content), digestOf(string(copied)), "it is copied")

		assert.NotEqual(t, wrong, fixOne(t, path, cfg, manifest.XXH128).Digest, "of another algorithm")
		cfg.Immutable = true
		inPlace := fixOne(t, path, cfg, manifest.MD5)
		assert.Equal(t, wrong, inPlace.Digest)
		assert.EqualValues(t, len(content), inPlace.Size)
	})
}

func TestDigests_FileChanged_IsHashed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, path string){
		"same size, and the time of modification is set back": overwrite,
		"replaced by a file of the same size and time": func(t *testing.T, path string) {
			t.Helper()
			info, err := os.Stat(path)
			require.NoError(t, err)
			other := write(t, path+"2", strings.Repeat("changed", int(info.Size())/len("changed")))
			require.NoError(t, os.Chtimes(other, time.Time{}, info.ModTime()))
			require.NoError(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inTheFuture(t, func(t *testing.T) {
				path, _ := writeLarge(t, "content")
				digests := &draft.Digests{}
				first := fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
				assert.Equal(t, 1, digests.Replace(first.Digest), "it is remembered")
				change(t, path)
				now, err := os.ReadFile(path)
				require.NoError(t, err)
				second := fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
				assert.Equal(t, first.Size, second.Size)
				assert.Equal(t, digestOf(string(now)), second.Digest)
			})
		})
	}
}

// What is logged is the copy, whose digest is not the one that was remembered.
func TestDigests_FileChangesWhileItIsCopied_IsHashed(t *testing.T) {
	t.Parallel()
	inTheFuture(t, func(t *testing.T) {
		path, _ := writeLarge(t, "content")
		digests := &draft.Digests{}
		fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
		e := fixOne(t, path, draft.Config{Digests: digests, Take: func(int64) error {
			overwrite(t, path)
			return nil
		}}, manifest.MD5)
		copied, err := os.ReadFile(e.LocalPath)
		require.NoError(t, err)
		assert.Equal(t, digestOf(string(copied)), e.Digest)
		assert.Equal(t, 1, digests.Replace(""), "it is not remembered")
	})
}

func TestDigests_NewOrSmallFile_IsNotRemembered(t *testing.T) {
	t.Parallel()
	young, _ := writeLarge(t, "content")
	var digests draft.Digests
	fixOne(t, young, draft.Config{Digests: &digests}, manifest.MD5)
	assert.Zero(t, digests.Replace(""))
	inTheFuture(t, func(t *testing.T) {
		var digests draft.Digests
		fixOne(t, write(t, filepath.Join(t.TempDir(), "f"), "content"), draft.Config{Digests: &digests}, manifest.MD5)
		assert.Zero(t, digests.Replace(""))
	})
}
