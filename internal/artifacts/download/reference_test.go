package download_test

import (
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

func TestDownload_References(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			http.Error(w, "credentials", http.StatusBadRequest)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(w, "from the web")
	}))
	t.Cleanup(web.Close)
	local := filepath.Join(t.TempDir(), "local file")
	require.NoError(t, os.WriteFile(local, []byte("from the disk"), 0o600))
	uri := "file://" + strings.ReplaceAll(filepath.ToSlash(local), " ", "%20")
	unread := md5.Sum([]byte(uri)) //nolint:gosec // as above

	for name, c := range map[string]struct {
		entry record.ArtifactEntry
		want  string
		err   error
	}{
		"http":                   {record.ArtifactEntry{Ref: web.URL + "/f", Digest: "v1", Size: 12}, "from the web", nil},
		"http, no checksum":      {record.ArtifactEntry{Ref: web.URL + "/f", Digest: web.URL + "/f"}, "from the web", nil},
		"http, another version":  {record.ArtifactEntry{Ref: web.URL + "/f", Digest: "v0", Size: 12}, "", errors.ErrDigestMismatch},
		"file":                   {record.ArtifactEntry{Ref: uri, Digest: digestOf([]byte("from the disk")), Size: 13}, "from the disk", nil},
		"file, no checksum":      {record.ArtifactEntry{Ref: uri, Digest: manifest.Digest(unread[:]), Size: 99}, "from the disk", nil},
		"file, changed":          {record.ArtifactEntry{Ref: uri, Digest: digestOf([]byte("it was this")), Size: 13}, "", errors.ErrDigestMismatch},
		"file, gone":             {record.ArtifactEntry{Ref: uri + "x", Digest: digestOf(nil)}, "", os.ErrNotExist},
		"an opener":              {record.ArtifactEntry{Ref: "s3://bucket/key", Digest: "etag"}, "from s3://bucket/key", nil},
		"another artifact":       {record.ArtifactEntry{Ref: "wandb-artifact://51546f78/origin", Digest: digestOf([]byte("hello"))}, "hello", nil},
		"another artifact, gone": {record.ArtifactEntry{Ref: "wandb-artifact://51546f78/none", Digest: digestOf([]byte("hello"))}, "", os.ErrNotExist},
		"another artifact, new":  {record.ArtifactEntry{Ref: "wandb-artifact://51546f78/origin", Digest: "x"}, "", errors.ErrDigestMismatch},
		"no id":                  {record.ArtifactEntry{Ref: "wandb-artifact://zz/f", Digest: "x"}, "", download.ErrReference},
		"chain":                  {record.ArtifactEntry{Ref: "wandb-artifact://51546f78/ref", Digest: "x"}, "", download.ErrReference},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, map[string][]byte{"origin": []byte("hello")})
			c.entry.Path = "ref"
			s.manifest, s.full = manifestOf(append(entriesOf(s.files), c.entry)), false
			v := s.version(t, t.TempDir())
			dir := t.TempDir()
			_, err := v.Download(t.Context(), download.Options{
				Dir: dir, Prefix: "ref", OpenReference: func(_ context.Context, e *record.ArtifactEntry) (io.ReadCloser, error) {
					return io.NopCloser(strings.NewReader("from " + e.Ref)), nil
				},
			})
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
				switch name {
				case "file, gone":
					require.ErrorIs(t, err, download.ErrReference)
					assert.Contains(t, err.Error(), `"ref" refers to a file of this machine: `)
				case "file, changed", "http, another version", "another artifact, new": // no store damaged it
					require.ErrorIs(t, err, download.ErrReference)
					assert.Contains(t, err.Error(), `the data of "ref" has changed since it was logged: expected `)
				}
				assert.Empty(t, tree(t, dir))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, map[string][]byte{"ref": []byte(c.want)}, tree(t, dir))
			if name == "an opener" {
				_, err = v.Download(t.Context(), download.Options{Dir: t.TempDir(), SkipReferences: true})
				require.NoError(t, err)
				return
			}
			r, err := v.Open(t.Context(), "ref")
			require.NoError(t, err)
			b, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			assert.Equal(t, c.want, string(b))
		})
	}
}

// A transfer that breaks off may continue with another version of the resource.
func TestOpen_ReferenceChangesWhileItIsRead_IsNoMixtureOfTwoVersions(t *testing.T) {
	t.Parallel()
	requests := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests == 1 {
			w.Header().Set("ETag", `"v0"`)
			w.Header().Set("Content-Length", "12")
			_, _ = io.WriteString(w, "before")
			return
		}
		w.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(w, "from the web")
	}))
	t.Cleanup(web.Close)
	s := newStand(t, nil)
	s.manifest, s.full = manifestOf([]record.ArtifactEntry{{Path: "ref", Ref: web.URL + "/f", Digest: "v1", Size: 12}}), false
	r, err := s.version(t, "").Open(t.Context(), "ref")
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.ErrorIs(t, err, download.ErrReference)
	require.ErrorIs(t, err, errors.ErrDigestMismatch)
	assert.Empty(t, b)
}
