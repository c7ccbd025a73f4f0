package draft_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

func TestFix_References_AreAsTheOfficialClientHasThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "d", "sub", "f"), "hello")
	single := write(t, filepath.Join(dir, "one file"), "world")
	fileURI := func(path string) string { return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String() }
	get := func(_ context.Context, uri string) (string, int64, error) {
		switch uri {
		case "http://h/tagged.bin":
			return `"etag-1"`, 8, nil
		case "http://h/plain?x=1":
			return "", -1, nil
		}
		return "", 0, errors.New("404 Not Found")
	}
	extra := []record.ArtifactItem{manifest.Text("etag", `"etag-1"`)}
	store := func(_ context.Context, yield func(record.ArtifactEntry) error) error {
		return errors.Join(yield(record.ArtifactEntry{Ref: "s3://b/p/1", Path: "1", Digest: "e1", Size: 1}), yield(record.ArtifactEntry{Ref: "s3://b/p/2", Path: "x/2", Digest: "e2"}))
	}
	for _, tt := range []struct {
		name string
		ref  draft.Reference
		want []record.ArtifactEntry
	}{
		{"http with an ETag", draft.Reference{URI: "http://h/tagged.bin"}, []record.ArtifactEntry{{Path: "tagged.bin", Ref: "http://h/tagged.bin", Digest: "etag-1", Size: 8, Extra: extra}}},
		{"http without", draft.Reference{URI: "http://h/plain?x=1", Name: "n"}, []record.ArtifactEntry{{Path: "n", Ref: "http://h/plain?x=1", Digest: "http://h/plain?x=1"}}},
		{"http not asked", draft.Reference{URI: "https://h/down", NoChecksum: true}, []record.ArtifactEntry{{Path: "down", Ref: "https://h/down", Digest: "https://h/down"}}},
		{"a host alone", draft.Reference{URI: "https://h/", NoChecksum: true}, []record.ArtifactEntry{{Path: "h", Ref: "https://h/", Digest: "https://h/"}}},
		{"s3", draft.Reference{URI: "s3://b/some/key", NoChecksum: true}, []record.ArtifactEntry{{Path: "some/key", Ref: "s3://b/some/key", Digest: "s3://b/some/key"}}},
		{"a bucket", draft.Reference{URI: "gs://b", NoChecksum: true}, []record.ArtifactEntry{{Path: "b", Ref: "gs://b", Digest: "gs://b"}}},
		{"a resolver", draft.Reference{URI: "s3://b/p", Name: "data", Objects: store}, []record.ArtifactEntry{{Path: "data/1", Ref: "s3://b/p/1", Digest: "e1", Size: 1}, {Path: "data/x/2", Ref: "s3://b/p/2", Digest: "e2"}}},
		{"another scheme", draft.Reference{URI: "ftp://h/f", Name: "f"}, []record.ArtifactEntry{{Path: "f", Ref: "ftp://h/f", Digest: "ftp://h/f"}}},
		{"another artifact", draft.Reference{URI: "wandb-artifact://41/a.txt", Name: "f", Digest: "XUFAKrxLKna5cZ2REBfFkg=="}, []record.ArtifactEntry{{Path: "f", Ref: "wandb-artifact://41/a.txt", Digest: "XUFAKrxLKna5cZ2REBfFkg=="}}},
		{"a directory", draft.Reference{URI: fileURI(filepath.Join(dir, "d")), Name: "n"}, []record.ArtifactEntry{{Path: "n/sub/f", Ref: fileURI(filepath.Join(dir, "d", "sub", "f")), Digest: "XUFAKrxLKna5cZ2REBfFkg==", Size: 5}}},
		{"a file", draft.Reference{URI: fileURI(single)}, []record.ArtifactEntry{{Path: "one file", Ref: fileURI(single), Digest: "fXkwN6B2AYZXSwKC8vQ15w==", Size: 5}}},
		{"a file with a name", draft.Reference{URI: fileURI(single), Name: "n"}, []record.ArtifactEntry{{Path: "n", Ref: fileURI(single), Digest: "fXkwN6B2AYZXSwKC8vQ15w==", Size: 5}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(draft.Description{})
			require.NoError(t, d.AddReference(tt.ref))
			a, err := d.Fix(t.Context(), draft.Config{HTTP: get})
			require.NoError(t, err)
			assert.Equal(t, tt.want, a.Manifest.Entries)
		})
	}

	d := newDraft(draft.Description{})
	require.NoError(t, d.AddReference(draft.Reference{URI: fileURI(single), NoChecksum: true}))
	a, err := d.Fix(t.Context(), draft.Config{})
	require.NoError(t, err)
	assert.EqualValues(t, 5, a.Manifest.Entries[0].Size)
	assert.NotEqual(t, "fXkwN6B2AYZXSwKC8vQ15w==", a.Manifest.Entries[0].Digest)

	for name, ref := range map[string]draft.Reference{
		"missing resource": {URI: "http://h/no"},
		"missing file":     {URI: "file:///no/such/file"},
		"too many objects": {URI: "s3://b/p", Name: "data", Objects: store, MaxObjects: 1},
		"hostile resolver": {URI: "s3://b/p", Name: "data", Objects: func(_ context.Context, yield func(record.ArtifactEntry) error) error {
			return yield(record.ArtifactEntry{Path: "../../x"})
		}},
	} {
		d := newDraft(draft.Description{})
		require.NoError(t, d.AddReference(ref))
		_, err := d.Fix(t.Context(), draft.Config{HTTP: get})
		require.Error(t, err, name)
	}
}

func FuzzUnquoted(f *testing.F) {
	for _, seed := range []string{`"etag-1"`, `W/"weak"`, `"`, ``, `""`, ` "a" `, `"a"b"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, etag string) {
		bare := draft.Unquoted(etag)
		assert.Contains(t, etag, bare)
		if etag == `"`+bare+`"` {
			assert.Len(t, bare, len(etag)-2)
		}
	})
}

func TestHTTPGetter_Responses_BecomeDigestOrError(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/data", http.StatusFound)
		case "/data":
			w.Header().Set("ETag", `"e"`)
			_, _ = w.Write([]byte("12345"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	get := draft.HTTPGetter(srv.Client())
	for _, path := range []string{"/data", "/moved"} {
		etag, size, err := get(t.Context(), srv.URL+path)
		require.NoError(t, err)
		assert.Equal(t, `"e"`, etag)
		assert.EqualValues(t, 5, size)
	}
	_, _, err := get(t.Context(), srv.URL+"/no")
	require.ErrorIs(t, err, draft.ErrReference)
	assert.ErrorContains(t, err, "404 Not Found")
	_, _, err = get(t.Context(), "http://[::1")
	require.Error(t, err)
}
