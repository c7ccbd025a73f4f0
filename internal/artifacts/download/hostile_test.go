package download_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

// hostile returns a manifest with the given paths, all of which have the content "hello".
func hostile(paths ...string) []byte {
	var b strings.Builder
	b.WriteString(`{"version":1,"storagePolicy":"wandb-storage-policy-v1","storagePolicyConfig":{"storageLayout":"V2"},"contents":{`)
	for i, p := range paths {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(p)
		fmt.Fprintf(&b, `%s:{"digest":"XUFAKrxLKna5cZ2REBfFkg==","size":5}`, name)
	}
	b.WriteString("}}")
	return []byte(b.String())
}

// outside is a directory with the target in it, and everything that is not the target's.
func outside(t *testing.T) (parent, target string) {
	t.Helper()
	parent = t.TempDir()
	target = filepath.Join(parent, "target")
	require.NoError(t, os.Mkdir(target, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(parent, "secret"), []byte("mine"), 0o600))
	return parent, target
}

func hostileStand(t *testing.T, manifest []byte, names ...string) *stand {
	t.Helper()
	files := map[string][]byte{}
	for _, n := range names {
		files[n] = []byte("hello")
	}
	s := newStand(t, files)
	s.manifest, s.full = manifest, false // a merged manifest has no digest to compare with
	return s
}

func TestDownload_HostileNames_WriteNothingOutside(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"../secret", "a/../../secret", "/etc/passwd", "a//b", "./a", "a/.", "", ".", "..", "a\x00b", "a/", "\xff",
		".wandgo-partial/x", ".WANDGO-PARTIAL/lock", strings.Repeat("a/", 3000) + "a",
	} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			t.Parallel()
			parent, target := outside(t)
			s := hostileStand(t, hostile("good", name), "good", name)
			_, err := s.version(t, t.TempDir()).Download(t.Context(), download.Options{Dir: target})
			if name == "\xff" { // JSON makes it U+FFFD, which is a file's name
				require.NoError(t, os.RemoveAll(target))
				assert.Equal(t, map[string][]byte{"secret": []byte("mine")}, tree(t, parent))
				return
			}
			require.ErrorIs(t, err, manifest.ErrPath)
			assert.Equal(t, map[string][]byte{"secret": []byte("mine")}, tree(t, parent), "not even the good one: the manifest cannot be trusted")
		})
	}
}

func TestDownload_WindowsDevices_AreRefusedThere(t *testing.T) {
	t.Parallel()
	_, target := outside(t)
	s := hostileStand(t, hostile("NUL", "a:b", "com1.txt"), "NUL", "a:b", "com1.txt")
	_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: target})
	if runtime.GOOS == "windows" {
		require.ErrorIs(t, err, manifest.ErrPath)
		return
	}
	require.NoError(t, err)
	assert.Len(t, tree(t, target), 3)
}

func TestDownload_LinkInTarget_IsNotFollowedOutside(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]string{"absolute": "", "relative": ".."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent, target := outside(t)
			if link == "" {
				link = parent
			}
			require.NoError(t, os.Symlink(link, filepath.Join(target, "dir")))
			require.NoError(t, os.Symlink(filepath.Join(parent, "secret"), filepath.Join(target, "file")))
			s := hostileStand(t, hostile("file"), "file")
			_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: target})
			require.NoError(t, err)
			b, err := os.ReadFile(filepath.Join(parent, "secret"))
			require.NoError(t, err)
			assert.Equal(t, "mine", string(b), "the link was replaced")

			s = hostileStand(t, hostile("dir/secret"), "dir/secret")
			_, err = s.version(t, "").Download(t.Context(), download.Options{Dir: target})
			require.Error(t, err)
			b, err = os.ReadFile(filepath.Join(parent, "secret"))
			require.NoError(t, err)
			assert.Equal(t, "mine", string(b))
		})
	}
}

func TestDownload_PartialDirectoryIsALink_IsRefused(t *testing.T) {
	t.Parallel()
	parent, target := outside(t)
	require.NoError(t, os.Symlink(parent, filepath.Join(target, ".wandgo-partial")))
	s := hostileStand(t, hostile("f"), "f")
	_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: target})
	require.Error(t, err)
	list, err := os.ReadDir(parent)
	require.NoError(t, err)
	assert.Len(t, list, 2)
}

func TestDownload_ManifestIsRefused_LeavesNoDirectory(t *testing.T) {
	t.Parallel()
	for name, text := range map[string][]byte{"name that is not allowed": hostile("good", ".wandgo-partial/x"), "same path twice": hostile("a", "a")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "new")
			_, err := hostileStand(t, text, "good").version(t, t.TempDir()).Download(t.Context(), download.Options{Dir: dir})
			require.Error(t, err)
			assert.NoDirExists(t, dir)
		})
	}
}

func TestDownload_SamePathTwice_IsRefused(t *testing.T) {
	t.Parallel()
	s := hostileStand(t, hostile("a", "b", "a"), "a", "b")
	_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: t.TempDir()})
	require.ErrorIs(t, err, manifest.ErrManifest)
	require.EqualError(t, err, `download artifact e/p/ds:v3: read the artifact's manifest: not an artifact manifest: "a" and "a" are the same file here`)

	// On a file system with case, names that differ in it are two files.
	s = hostileStand(t, hostile("a", "A"), "a", "A")
	dir := t.TempDir()
	_, err = s.version(t, "").Download(t.Context(), download.Options{Dir: dir})
	if err != nil {
		require.ErrorIs(t, err, manifest.ErrManifest)
		return
	}
	assert.Len(t, tree(t, dir), 2)
}

func TestDownload_FileIsADirectoryToo_IsRefusedBeforeAnythingIsFetched(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("d/", 1500) + "f"
	for _, tt := range []struct {
		name, prefix string
		paths        []string
		refused      bool
	}{
		{"file first", "", []string{"a", "a/b"}, true},
		{"directory first", "", []string{"a/b", "c", "a"}, true},
		{"far above", "", []string{"x/a.txt", "x/b/c/d/e", "x/b/c/f", "x/b"}, true},
		{"deep", "", []string{deep, strings.Repeat("d/", 700) + "d"}, true},
		{"prefix leaves the file out", "a/", []string{"a", "a/b"}, false},
		{"similar names", "", []string{"a/b", "a/c", "a.txt", "ab", "b", "c/a/b"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := hostileStand(t, hostile(tt.paths...), tt.paths...)
			dir := t.TempDir()
			_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: dir, Prefix: tt.prefix})
			if !tt.refused {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, manifest.ErrManifest)
			assert.Contains(t, err.Error(), "is also the directory")
			assert.Empty(t, tree(t, dir))
			assert.Zero(t, s.asks.Load(), "addresses of files")
		})
	}

	// On a file system with case, these are a file and a directory.
	s := hostileStand(t, hostile("a", "A/b"), "a", "A/b")
	dir := t.TempDir()
	if _, err := s.version(t, "").Download(t.Context(), download.Options{Dir: dir}); err != nil {
		require.ErrorIs(t, err, manifest.ErrManifest)
		return
	}
	assert.Len(t, tree(t, dir), 2)
}

func TestDownload_ManifestThatIsNone_IsAnError(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "html": "<html>", "no contents": `{"version":1}`, "later version": `{"version":2,"contents":{}}`,
		"negative size": `{"version":1,"contents":{"a":{"digest":"XUFAKrxLKna5cZ2REBfFkg==","size":-1}}}`,
		"no digest":     `{"version":1,"contents":{"a":{"digest":"../..","size":5}}}`,
		"trailing":      `{"version":1,"contents":{}} {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := hostileStand(t, []byte(text), "a")
			dir := t.TempDir()
			_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: dir})
			require.ErrorIs(t, err, manifest.ErrManifest)
			assert.Empty(t, tree(t, dir))
		})
	}
}

func TestDownload_GiganticSize_IsAnErrorInBoundedMemory(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int64{"most": math.MaxInt64, "absurd": 1 << 62, "allowed": 1 << 50} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(string(hostile("a", "b")), `"size":5`, fmt.Sprintf(`"size":%d`, size))
			v := hostileStand(t, []byte(text), "a", "b").version(t, "")
			dir := t.TempDir()
			_, err := v.Download(t.Context(), download.Options{Dir: dir})
			require.Error(t, err)
			for path := range tree(t, dir) {
				assert.Contains(t, path, ".wandgo-partial", "no wrong file has a name")
			}
			r, err := v.Open(t.Context(), "a")
			if err == nil {
				_, err = io.Copy(io.Discard, r)
				require.NoError(t, r.Close())
			}
			require.Error(t, err)
			if size > 1<<50 {
				require.ErrorIs(t, err, manifest.ErrManifest)
			} else {
				require.ErrorIs(t, err, errors.ErrDigestMismatch)
			}
		})
	}
}

func TestDownload_DamagedManifest_IsFoundEveryTime(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{"some/name": []byte("hello"), "other": []byte("world")})
	right := s.text()
	damages, found := 0, 0
	for i := range right {
		if !long && i%5 != 0 { // 5 and 7 have no common divisor: each of the 7 bits is still flipped
			continue
		}
		damages++
		damaged := append([]byte(nil), right...)
		damaged[i] ^= 1 << (i % 7)
		s.mu.Lock()
		s.manifest = damaged
		s.mu.Unlock()
		v := s.version(t, "")
		_, err := v.Download(t.Context(), download.Options{Dir: t.TempDir()})
		if errors.Is(err, errors.ErrDigestMismatch) {
			found++
		}
	}
	assert.Equal(t, damages, found)
}

// A million entries are read one by one.
func TestDownload_ManyEntries_TakeBoundedMemory(t *testing.T) {
	t.Parallel()
	if !long {
		t.Skip("takes seconds; set WANDGO_TEST_LONG")
	}
	const n = 1_000_000
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("directory/with/a/name/file-%d", i)
	}
	s := hostileStand(t, hostile(paths...))
	v := s.version(t, "")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	count := 0
	for _, err := range v.Entries(t.Context()) {
		require.NoError(t, err)
		if count++; count%250_000 == 0 {
			runtime.GC() // the server's manifest is in this process, too, and lets garbage grow to its size
			runtime.ReadMemStats(&after)
			peak = max(peak, after.HeapAlloc-min(before.HeapAlloc, after.HeapAlloc))
		}
	}
	assert.Equal(t, n, count)
	assert.Less(t, peak>>20, uint64(16), "MiB")
}
