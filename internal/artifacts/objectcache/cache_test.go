package objectcache_test

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the format's digest
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
)

func keyOf(b []byte) objectcache.Key {
	sum := md5.Sum(b) //nolint:gosec // as above
	return objectcache.Key{Digest: manifest.Digest(sum[:]), Size: int64(len(b))}
}

func file(t *testing.T, b []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	_, err = f.Write(b)
	require.NoError(t, err)
	return f
}

func put(t *testing.T, c *objectcache.Cache, b []byte) objectcache.Key {
	t.Helper()
	k := keyOf(b)
	require.NoError(t, c.Put(k, bytes.NewReader(b)))
	return k
}

func copyTo(t *testing.T, c *objectcache.Cache, k objectcache.Key, to *os.File) error {
	t.Helper()
	o, err := c.Find(k)
	if err != nil {
		return err
	}
	defer o.Close()
	return o.Copy(t.Context(), to)
}

func get(t *testing.T, c *objectcache.Cache, k objectcache.Key) ([]byte, error) {
	t.Helper()
	to := file(t, nil)
	if err := copyTo(t, c, k, to); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(to.Name())
	require.NoError(t, err)
	return b, nil
}

func TestCache_Put_IsWhereTheOfficialClientLooks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := objectcache.New(dir)
	k := put(t, c, []byte("hello"))
	assert.FileExists(t, filepath.Join(dir, "artifacts", "obj", "md5", "5d", "41402abc4b2a76b9719d911017c592"))
	b, err := get(t, c, k)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(b))
	f, err := c.Open(t.Context(), k)
	require.NoError(t, err)
	b, err = io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, "hello", string(b))
	left, err := os.ReadDir(filepath.Join(dir, "artifacts", "tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestCache_Missing_IsErrNotExist(t *testing.T) {
	t.Parallel()
	var none *objectcache.Cache
	k := keyOf([]byte("x"))
	for name, c := range map[string]*objectcache.Cache{"nil": none, "no directory": objectcache.New(""), "empty": objectcache.New(t.TempDir())} {
		_, err := get(t, c, k)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
		_, err = c.Open(t.Context(), k)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
	require.NoError(t, none.Put(k, nil))
	_, err := get(t, objectcache.New(t.TempDir()), objectcache.Key{Digest: "../../x", Size: 1})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, objectcache.New(t.TempDir()).Put(objectcache.Key{Digest: "../../x"}, nil), manifest.ErrDigest)
}

// damage changes an entry as a disk, another program or the official client may.
var damages = map[string]func(t *testing.T, path string, content []byte){
	"flipped byte": func(t *testing.T, path string, content []byte) {
		t.Helper()
		b := bytes.Clone(content)
		b[rand.IntN(len(b))] ^= 1 << rand.IntN(8)
		require.NoError(t, os.WriteFile(path, b, 0o600))
	},
	"truncated": func(t *testing.T, path string, content []byte) {
		t.Helper()
		require.NoError(t, os.Truncate(path, rand.Int64N(int64(len(content)))))
	},
	"longer": func(t *testing.T, path string, content []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, append(bytes.Clone(content), 0), 0o600))
	},
	"swapped": func(t *testing.T, path string, content []byte) {
		t.Helper()
		b := bytes.Repeat([]byte{byte(rand.IntN(256))}, len(content))
		require.NoError(t, os.WriteFile(path+".swap", b, 0o600))
		require.NoError(t, os.Rename(path+".swap", path))
	},
}

func TestCache_DamagedEntry_IsFoundEveryTimeAndRemoved(t *testing.T) {
	t.Parallel()
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			to := file(t, nil)
			found := 0
			for i := range 100 {
				content := bytes.Repeat([]byte{byte(i), 255, 7}, 50)
				c := objectcache.New(dir)
				k := put(t, c, content)
				sum := md5.Sum(content) //nolint:gosec // as above
				path := filepath.Join(dir, "artifacts", "obj", "md5", hexOf(sum[:1]), hexOf(sum[1:]))
				damage(t, path, content)
				if i%2 == 0 {
					c = objectcache.New(dir) // another process
				}
				require.NoError(t, to.Truncate(0))
				_, err := to.Seek(0, io.SeekStart)
				require.NoError(t, err)
				if err := copyTo(t, c, k, to); err != nil {
					require.ErrorIs(t, err, fs.ErrNotExist)
					found++
				}
				if name == "flipped byte" || name == "swapped" {
					assert.NoFileExists(t, path)
				}
				require.NoError(t, os.RemoveAll(path))
			}
			assert.Equal(t, 100, found)
		})
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s []byte
	for _, c := range b {
		s = append(s, digits[c>>4], digits[c&15])
	}
	return string(s)
}

func TestCache_LargeEntry_IsHashedOnceUnlessItChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	obj, verified := filepath.Join(dir, "artifacts", "obj"), filepath.Join(dir, "artifacts", "verified")
	content := bytes.Repeat([]byte("0123456789abcdef"), 9<<20/16)
	k := put(t, objectcache.New(dir), content)
	sum := md5.Sum(content) //nolint:gosec // as above
	name := filepath.Join("md5", hexOf(sum[:1]), hexOf(sum[1:]))
	b, err := get(t, objectcache.New(dir), k)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(content, b))
	assert.NoFileExists(t, filepath.Join(verified, name), "the clock could hide a change that comes at once")

	old := time.Now().Add(-time.Minute)
	require.NoError(t, os.Chtimes(filepath.Join(obj, name), old, old))
	for range 2 {
		_, err = get(t, objectcache.New(dir), k)
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(verified, name))
	}
	require.NoError(t, os.WriteFile(filepath.Join(verified, name), []byte("nonsense"), 0o600))
	_, err = get(t, objectcache.New(dir), k)
	require.NoError(t, err, "a damaged note is no note")

	content[5]++
	require.NoError(t, os.WriteFile(filepath.Join(obj, name), content, 0o600))
	_, err = get(t, objectcache.New(dir), k)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.NoFileExists(t, filepath.Join(verified, name))
}

func TestCache_EntryThatChangesWhileItIsCopied_IsNotUsed(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small": 1 << 10, "large": 9 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			content := bytes.Repeat([]byte("0123456789abcdef"), size/16)
			c := objectcache.New(dir)
			k := put(t, c, content)
			sum := md5.Sum(content) //nolint:gosec // as above
			path := filepath.Join(dir, "artifacts", "obj", "md5", hexOf(sum[:1]), hexOf(sum[1:]))
			old := time.Now().Add(-time.Minute)
			require.NoError(t, os.Chtimes(path, old, old))
			_, err := get(t, c, k)
			require.NoError(t, err, "it was verified, and there is a note about a large one")
			o, err := c.Find(k)
			require.NoError(t, err)
			defer o.Close()
			require.NoError(t, os.WriteFile(path, append([]byte("!"), content[1:]...), 0o600))
			require.ErrorIs(t, o.Copy(t.Context(), file(t, nil)), fs.ErrNotExist)
		})
	}
}

func TestTrim_RemovesWhatWasNotUsedLongest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := objectcache.New(dir)
	a, b := put(t, c, bytes.Repeat([]byte("a"), 100)), put(t, c, bytes.Repeat([]byte("b"), 100))
	long := time.Now().Add(-time.Hour)
	entries, err := filepath.Glob(filepath.Join(dir, "artifacts", "obj", "md5", "*", "*"))
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.NoError(t, os.Chtimes(e, long, long))
	}
	_, err = get(t, objectcache.New(dir), a) // marks it as used
	require.NoError(t, err)
	stale := filepath.Join(dir, "artifacts", "tmp", "killed")
	require.NoError(t, os.WriteFile(stale, []byte("12345"), 0o600))
	require.NoError(t, os.Chtimes(stale, long.Add(-48*time.Hour), long.Add(-48*time.Hour)))

	u, err := c.Usage(t.Context())
	require.NoError(t, err)
	assert.Equal(t, objectcache.Usage{Entries: 2, Bytes: 200, TempBytes: 5}, u)
	removed, err := c.Trim(t.Context(), 150)
	require.NoError(t, err)
	assert.EqualValues(t, 105, removed)
	_, err = get(t, c, a)
	require.NoError(t, err)
	_, err = get(t, c, b)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, c.TrimIfFull(t.Context(), 50))
	u, err = c.Usage(t.Context())
	require.NoError(t, err)
	assert.Zero(t, u.Entries)
	_, err = objectcache.New(filepath.Join(dir, "none")).Trim(t.Context(), 0)
	require.NoError(t, err)
}
