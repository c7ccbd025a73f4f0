package download_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
)

// tree reads all files below a directory.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(filepath.Join(dir, path))
		return err
	}))
	return files
}

func some(n int) map[string][]byte {
	files := map[string][]byte{"empty": {}}
	for i := range n {
		b := make([]byte, 100+i)
		for k := range b {
			b[k] = byte(rand.Uint32())
		}
		files[fmt.Sprintf("d%d/f%d", i%3, i)] = b
	}
	return files
}

func TestDownload_AllFiles_ThenNothingToDo(t *testing.T) {
	t.Parallel()
	const n = 120
	s := newStand(t, some(n))
	cache := t.TempDir()
	v := s.version(t, cache)
	var last download.Progress
	dir, err := v.Download(t.Context(), download.Options{Progress: func(p download.Progress) { last = p }})
	require.NoError(t, err)
	assert.Equal(t, v.DefaultDir(), dir)
	assert.Equal(t, "ds:v3", filepath.Base(dir))
	assert.Equal(t, s.files, tree(t, dir))
	assert.Equal(t, n+1, last.Files)
	assert.Equal(t, last.TotalFiles, last.Files)
	assert.Equal(t, last.TotalBytes, last.Received)
	assert.EqualValues(t, n, s.gets.Load()-1)
	assert.Less(t, int(s.asks.Load()), n/7, "addresses are asked for in batches")

	for name, opts := range map[string]download.Options{
		"again":           {},
		"from the cache":  {Dir: t.TempDir()},
		"a part of it":    {Dir: t.TempDir(), Prefix: "d1/"},
		"without a cache": {Dir: dir, SkipCache: true},
	} {
		before := s.gets.Load()
		dir, err = s.version(t, cache).Download(t.Context(), opts)
		require.NoError(t, err, name)
		assert.Equal(t, before, s.gets.Load(), name)
		for file, content := range tree(t, dir) {
			assert.Equal(t, s.files[file], content, name)
		}
	}
}

func TestDownload_ChangedFile_IsReplaced(t *testing.T) {
	t.Parallel()
	s := newStand(t, some(20))
	v := s.version(t, "")
	dir, err := v.Download(t.Context(), download.Options{})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "d1", "f1"), bytes.Repeat([]byte("x"), 101), 0o600))
	before := s.gets.Load()
	_, err = v.Download(t.Context(), download.Options{})
	require.NoError(t, err)
	assert.Equal(t, s.files, tree(t, dir))
	assert.Equal(t, before+1, s.gets.Load())
}

// corruptions are what a store or the network may do to a file.
var corruptions = map[string]func(content, other []byte) []byte{
	"flipped byte": func(content, _ []byte) []byte {
		b := bytes.Clone(content)
		b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
		return b
	},
	"truncation":   func(content, _ []byte) []byte { return content[:rand.IntN(len(content))] },
	"wrong length": func(content, _ []byte) []byte { return append(bytes.Clone(content), byte(rand.Uint32())) },
	"swapped file": func(_, other []byte) []byte { return other },
}

func TestDownload_Corruption_IsFoundEveryTime(t *testing.T) {
	t.Parallel()
	for name, corrupt := range corruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, other := bytes.Repeat([]byte("0123456789"), 30), bytes.Repeat([]byte("0123456798"), 30)
			s := newStand(t, map[string][]byte{"f": content})
			s.serve = func(_ string, w http.ResponseWriter, _ *http.Request, content []byte) bool {
				_, _ = w.Write(corrupt(content, other))
				return true
			}
			cache, found := t.TempDir(), 0
			v := s.version(t, cache)
			times := 20
			if long {
				times = 100
			}
			for range times {
				dir := t.TempDir()
				_, err := v.Download(t.Context(), download.Options{Dir: dir})
				if errors.Is(err, errors.ErrDigestMismatch) {
					found++
					require.ErrorContains(t, err, digestOf(content))
				}
				require.Empty(t, tree(t, dir))
			}
			assert.Equal(t, times, found)
			assert.EqualValues(t, 2*times, s.gets.Load(), "each is tried twice")
			cached, err := filepath.Glob(filepath.Join(cache, "artifacts", "obj", "*", "*", "*"))
			require.NoError(t, err)
			assert.Empty(t, cached)
		})
	}
}

func TestDownload_CorruptOnce_IsFetchedAgainFromANewAddress(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{"f": []byte("hello")})
	s.serve = func(_ string, w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.URL.Query().Get("sig") == "1" {
			_, _ = w.Write([]byte("hellO"))
			return true
		}
		return false
	}
	dir, err := s.version(t, t.TempDir()).Download(t.Context(), download.Options{})
	require.NoError(t, err)
	assert.Equal(t, s.files, tree(t, dir))
}
