package download_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/objectstore"
)

func TestFS_IsAFileSystem(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{"a.txt": []byte("hello"), "d/e/f": []byte("world"), "d/g": {}, "d.x": []byte("x")})
	v := s.version(t, "")
	require.NoError(t, fstest.TestFS(v.FS(t.Context()), "a.txt", "d/e/f", "d/g", "d.x"))
	_, err := fs.ReadFile(v.FS(t.Context()), "d/none")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestOpen_BrokenOff_ContinuesWithTheRest(t *testing.T) {
	t.Parallel()
	content := large(300_000)
	s := newStand(t, map[string][]byte{"f": content})
	broken := 0
	s.serve = func(_ string, w http.ResponseWriter, _ *http.Request, content []byte) bool {
		if broken++; broken > 2 {
			return false
		}
		w.Header().Set("Content-Length", "300000")
		_, _ = w.Write(content[:100_000*broken])
		return true
	}
	r, err := s.version(t, "").Open(t.Context(), "f")
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.True(t, bytes.Equal(content, b))
	assert.Equal(t, 3, broken)
}

func TestOpen_Corruption_EndsWithAMismatchEveryTime(t *testing.T) {
	t.Parallel()
	for name, corrupt := range corruptions {
		content, other := bytes.Repeat([]byte("0123456789"), 30), bytes.Repeat([]byte("0123456798"), 30)
		s := newStand(t, map[string][]byte{"f": content})
		s.serve = func(_ string, w http.ResponseWriter, _ *http.Request, content []byte) bool {
			_, _ = w.Write(corrupt(content, other))
			return true
		}
		v, found := s.version(t, ""), 0
		for range 100 {
			r, err := v.Open(t.Context(), "f")
			require.NoError(t, err)
			if _, err = io.ReadAll(r); errors.Is(err, errors.ErrDigestMismatch) {
				found++
			}
			require.NoError(t, r.Close())
		}
		assert.Equal(t, 100, found, name)
	}
}

func TestOpen_ClosedEarly_EndsTheTransfer(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{"f": large(5 << 20)})
	r, err := s.version(t, "").Open(t.Context(), "f")
	require.NoError(t, err)
	_, err = io.ReadFull(r, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, r.Close()) // goleak finds what is left
}

// Files that are read side by side, as in a merge, take no slots of each other or of other transfers.
func TestOpen_ManyFilesAtOnce_AllDeliver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // instead of waiting for ever
	defer cancel()
	s := newStand(t, map[string][]byte{"f": []byte("hello")})
	v := s.version(t, "")
	for range objectstore.DefaultParallel + 1 {
		r, err := v.Open(ctx, "f")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, r.Close()) })
		_, err = io.ReadFull(r, make([]byte, 1))
		require.NoError(t, err)
	}
	_, err := v.Download(ctx, download.Options{Dir: t.TempDir()})
	require.NoError(t, err)
}

func TestOpen_NoSuchFile_IsErrNotExist(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{"file": nil})
	_, err := s.version(t, "").Open(t.Context(), "fil")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

const expired = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`

func TestDownload_ExpiredAddress_IsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t, some(10))
	s.serve = func(_ string, w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.URL.Query().Get("sig") != "1" {
			return false
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, expired)
		return true
	}
	dir, err := s.version(t, "").Download(t.Context(), download.Options{})
	require.NoError(t, err)
	assert.Equal(t, s.files, tree(t, dir))
}

func TestDownload_StoreRefuses_NamesTheStoreAndItsCode(t *testing.T) {
	t.Parallel()
	for _, status := range []int{403, 404, 405, 507} {
		s := newStand(t, map[string][]byte{"f": []byte("hello")})
		s.serve = func(_ string, w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `<Error><Code>SomeCode</Code><Message>no</Message></Error>`)
			return true
		}
		dir := t.TempDir()
		_, err := s.version(t, "").Download(t.Context(), download.Options{Dir: dir})
		require.ErrorIs(t, err, errors.ErrStoreRefused)
		text := errors.Explain(err)
		assert.Contains(t, text, "SomeCode")
		assert.Contains(t, text, strings.TrimPrefix(s.URL, "http://"))
		assert.NotContains(t, text, "sig=")
		assert.Empty(t, tree(t, dir))
	}
}

func TestDownload_ContextEnds_LeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t, some(50))
	ctx, cancel := context.WithCancel(t.Context())
	s.serve = func(_ string, _ http.ResponseWriter, r *http.Request, _ []byte) bool {
		if s.gets.Load() < 20 {
			return false
		}
		cancel()
		<-r.Context().Done()
		return true
	}
	v, dir := s.version(t, ""), t.TempDir()
	_, err := v.Download(ctx, download.Options{Dir: dir})
	require.ErrorIs(t, err, context.Canceled)
	for name, content := range tree(t, dir) {
		assert.Equal(t, s.files[name], content, name)
	}
}
