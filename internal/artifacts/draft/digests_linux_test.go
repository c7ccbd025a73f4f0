package draft_test

import (
	"crypto/md5"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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

func TestDigests_FileAsBefore_IsNotHashedAgain(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 3 << 20} {
		content := strings.Repeat("0123456789", size/10)
		path := write(t, filepath.Join(t.TempDir(), "f"), content)
		digests := &draft.Digests{}
		digests.RememberAll()
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
	}
}

func TestDigests_FileChanged_IsHashed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, path string){
		"same size, and the time of modification is set back": overwrite,
		"replaced by a file of the same size and time": func(t *testing.T, path string) {
			t.Helper()
			info, err := os.Stat(path)
			require.NoError(t, err)
			other := write(t, path+"2", strings.Repeat("changed", 300_000))
			require.NoError(t, os.Chtimes(other, time.Time{}, info.ModTime()))
			require.NoError(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(t.TempDir(), "f"), strings.Repeat("content", 300_000))
			digests := &draft.Digests{}
			digests.RememberAll()
			first := fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
			change(t, path)
			now, err := os.ReadFile(path)
			require.NoError(t, err)
			second := fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
			assert.Equal(t, first.Size, second.Size)
			assert.Equal(t, digestOf(string(now)), second.Digest)
		})
	}
}

// What is logged is the copy, whose digest is not the one that was remembered.
func TestDigests_FileChangesWhileItIsCopied_IsHashed(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 300_000} {
		path := write(t, filepath.Join(t.TempDir(), "f"), strings.Repeat("content", size))
		digests := &draft.Digests{}
		digests.RememberAll()
		fixOne(t, path, draft.Config{Digests: digests}, manifest.MD5)
		e := fixOne(t, path, draft.Config{Digests: digests, Take: func(int64) error {
			overwrite(t, path)
			return nil
		}}, manifest.MD5)
		copied, err := os.ReadFile(e.LocalPath)
		require.NoError(t, err)
		assert.Equal(t, digestOf(string(copied)), e.Digest)
		assert.Equal(t, 1, digests.Replace(""), "it is not remembered")
	}
}

func TestDigests_NewOrSmallFile_IsNotRemembered(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "f"), "content")
	var small, young draft.Digests
	small.Settle(time.Hour)
	fixOne(t, path, draft.Config{Digests: &small}, manifest.MD5)
	assert.Zero(t, small.Replace(""))
	young.RememberAll()
	young.Settle(0)
	fixOne(t, path, draft.Config{Digests: &young}, manifest.MD5)
	assert.Zero(t, young.Replace(""))
}
