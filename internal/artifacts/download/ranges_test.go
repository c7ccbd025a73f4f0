package download_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
)

const partSize = 64 << 10

func large(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

func TestDownload_LargeFile_ComesInParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size     int
		noRanges bool
	}{
		"whole parts":  {4 * partSize, false},
		"and a rest":   {9*partSize + 1, false},
		"not in parts": {5*partSize + 7, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := large(c.size)
			s := newStand(t, map[string][]byte{"big": content, "twin": content, "small": []byte("x")})
			s.noRanges = c.noRanges
			dir, err := s.version(t, t.TempDir()).Download(t.Context(), download.Options{PartSize: partSize})
			require.NoError(t, err)
			got := tree(t, dir)
			assert.Len(t, got, 3)
			assert.True(t, bytes.Equal(content, got["big"]))
			assert.True(t, bytes.Equal(content, got["twin"]))
			if !c.noRanges {
				assert.GreaterOrEqual(t, int(s.gets.Load()), c.size/partSize)
			}
		})
	}
}

func TestDownload_CorruptPart_IsFoundEveryTime(t *testing.T) {
	t.Parallel()
	content := large(3*partSize + 5)
	s := newStand(t, map[string][]byte{"big": content})
	s.serve = func(_ string, w http.ResponseWriter, r *http.Request, content []byte) bool {
		if !strings.HasPrefix(r.Header.Get("Range"), "bytes=65536-") {
			return false
		}
		b := bytes.Clone(content)
		b[partSize+rand.IntN(partSize)]++
		http.ServeContent(w, r, "", zero, bytes.NewReader(b))
		return true
	}
	v, found := s.version(t, ""), 0
	for range 20 {
		dir := t.TempDir()
		_, err := v.Download(t.Context(), download.Options{Dir: dir, PartSize: partSize})
		if errors.Is(err, errors.ErrDigestMismatch) {
			found++
		}
		require.Empty(t, tree(t, dir))
	}
	assert.Equal(t, 20, found)
}

// completeParts counts the parts that a download notes as complete.
func completeParts(dir string) int {
	notes, _ := filepath.Glob(filepath.Join(dir, ".wandgo-partial", "*", "*.parts"))
	n := 0
	for _, path := range notes {
		text, _ := os.ReadFile(path)
		n += bytes.Count(text, []byte("#"))
	}
	return n
}

// A process that ends in the middle leaves its complete parts. What the next one does not
// have to fetch again is only trusted because the whole file is hashed.
func TestDownload_Interrupted_ContinuesWithCompleteParts(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]bool{"whole": false, "damaged meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content := large(8 * partSize)
			s := newStand(t, map[string][]byte{"big": content})
			ctx, cancel := context.WithCancel(t.Context())
			stop, dir := true, t.TempDir()
			s.serve = func(_ string, w http.ResponseWriter, r *http.Request, content []byte) bool {
				if !stop || !strings.HasPrefix(r.Header.Get("Range"), "bytes=458752-") {
					return false
				}
				for completeParts(dir) < 7 { // the other ones
					runtime.Gosched()
					if r.Context().Err() != nil {
						return true
					}
				}
				cancel()
				<-r.Context().Done()
				return true
			}
			v := s.version(t, "")
			_, err := v.Download(ctx, download.Options{Dir: dir, PartSize: partSize})
			require.ErrorIs(t, err, context.Canceled)
			left, err := filepath.Glob(filepath.Join(dir, ".wandgo-partial", "*", "resume-*-524288"))
			require.NoError(t, err)
			require.Len(t, left, 1)
			require.NoFileExists(t, filepath.Join(dir, "big"))
			if damage {
				f, err := os.OpenFile(left[0], os.O_RDWR, 0)
				require.NoError(t, err)
				for part := range int64(8) { // it is not known which are complete
					_, err = f.WriteAt([]byte{content[part*partSize] + 1}, part*partSize)
					require.NoError(t, err)
				}
				require.NoError(t, f.Close())
			}
			stop = false
			before := s.gets.Load()
			_, err = v.Download(t.Context(), download.Options{Dir: dir, PartSize: partSize})
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, tree(t, dir)["big"]))
			assert.NoDirExists(t, filepath.Join(dir, ".wandgo-partial"))
			if again := s.gets.Load() - before; damage {
				assert.Greater(t, int(again), 8)
			} else {
				assert.Equal(t, 1, int(again))
			}
		})
	}
}
