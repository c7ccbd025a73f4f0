package download_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

func TestDownload_OwnAddress(t *testing.T) {
	t.Parallel()
	const (
		v2 = "/artifactsV2/default/e/p/ds/QTox/5d41402abc4b2a76b9719d911017c592/a%20%3F.txt"
		v1 = "/artifacts/e/5d41402abc4b2a76b9719d911017c592"
	)
	files := map[string][]byte{"dir/a ?.txt": []byte("hello")}
	var old bytes.Buffer
	first := manifest.New("", entriesOf(files))
	first.Config = nil
	require.NoError(t, manifest.Encode(&old, first))
	denied := func(_ string, w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.URL.Query().Has("redirected") {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	redirect := func(target string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	}
	toStore := redirect("/store/dir/a%20%3F.txt?redirected=1&sig=secret")
	body := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	for _, tt := range []struct {
		name    string
		noURLs  bool
		serve   func(string, http.ResponseWriter, *http.Request, []byte) bool
		old     bool
		own     http.HandlerFunc
		asked   string
		refused error
	}{
		{"no signed address", true, nil, false, toStore, v2, nil},
		{"first layout", true, nil, true, toStore, v1, nil},
		{"signed address refused", false, denied, false, toStore, v2, nil},
		{"API sends the file", true, nil, false, body(http.StatusOK, "hello"), v2, nil},
		{"API has none", true, nil, false, body(http.StatusNotFound, ""), v2, errors.ErrUnexpectedAnswer},
		{"API shows its web page", false, denied, false, body(http.StatusOK, "<!doctype html><html></html>"), v2, errors.ErrStoreRefused},
		{"redirect that is no address", true, nil, false, redirect("file:///etc/passwd"), v2, errors.ErrUnexpectedAnswer},
		{"store refuses this one, too", false, func(_ string, w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		}, false, toStore, v2, errors.ErrStoreRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, files)
			s.noURLs, s.serve = tt.noURLs, tt.serve
			if tt.old {
				s.manifest = old.Bytes()
				s.full = false
			}
			var mu sync.Mutex
			asked := ""
			s.own = func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = r.URL.EscapedPath()
				mu.Unlock()
				assert.NotEmpty(t, r.Header.Get("Authorization"))
				tt.own(w, r)
			}
			v := s.version(t, "")
			dir, err := v.Download(t.Context(), download.Options{Dir: t.TempDir()})
			mu.Lock()
			assert.Equal(t, tt.asked, asked)
			mu.Unlock()
			if tt.refused == nil {
				require.NoError(t, err)
				assert.Equal(t, files, tree(t, dir))
				r, err := v.Open(t.Context(), "dir/a ?.txt")
				require.NoError(t, err)
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				assert.Equal(t, "hello", string(got))
				require.NoError(t, r.Close())
				return
			}
			require.ErrorIs(t, err, tt.refused)
			assert.NotContains(t, errors.Explain(err), "sig=")
		})
	}
}

// The parts of a large file come at the same time from the API's own address, too, with
// credentials for the API alone.
func TestDownload_OwnAddressOfALargeFile_ComesInParts(t *testing.T) {
	t.Parallel()
	content := large(5*partSize + 7)
	serve := func(w http.ResponseWriter, r *http.Request, ranges bool) {
		if !ranges {
			r.Header.Del("Range")
		}
		http.ServeContent(w, r, "", zero, bytes.NewReader(content))
	}
	for name, c := range map[string]struct {
		noURLs, redirect, ranges bool
	}{
		"no signed address, API redirects": {true, true, true},
		"store refuses, API redirects":     {false, true, true},
		"store refuses, API sends parts":   {false, false, true},
		"store refuses, API sends it all":  {false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, map[string][]byte{"big": content})
			s.noURLs = c.noURLs
			var mu sync.Mutex
			parts := map[string]int{}
			two := make(chan struct{}) // closed when there are requests at the same time
			arrived := func(r *http.Request) {
				mu.Lock()
				parts[r.Header.Get("Range")]++
				if len(parts) == 2 && parts[r.Header.Get("Range")] == 1 {
					close(two)
				}
				mu.Unlock()
				if c.ranges {
					select {
					case <-two:
					case <-r.Context().Done(): // parts one by one: the download runs out of time
					}
				}
			}
			s.serve = func(_ string, w http.ResponseWriter, r *http.Request, _ []byte) bool {
				if !r.URL.Query().Has("redirected") {
					w.WriteHeader(http.StatusForbidden)
					return true
				}
				arrived(r)
				serve(w, r, c.ranges)
				return true
			}
			s.own = func(w http.ResponseWriter, r *http.Request) {
				assert.NotEmpty(t, r.Header.Get("Authorization"))
				if c.redirect {
					http.Redirect(w, r, "/store/big?redirected=1", http.StatusTemporaryRedirect)
					return
				}
				arrived(r)
				serve(w, r, c.ranges)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			dir, err := s.version(t, "").Download(ctx, download.Options{Dir: t.TempDir(), PartSize: partSize})
			require.NoError(t, err)
			assert.True(t, bytes.Equal(content, tree(t, dir)["big"]))
			if c.ranges {
				mu.Lock()
				defer mu.Unlock()
				assert.Len(t, parts, 6)
				assert.NotContains(t, parts, "", "all of it at once")
			}
		})
	}
}
