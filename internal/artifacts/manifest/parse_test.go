package manifest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

// official is what the official client 0.31.0 stores.
const official = `{"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {"storageLayout": "V2"}, "contents": ` +
	`{"dir/x": {"digest": "tenBrQcbPn/Hec+qXlI4GA==", "size": 5, "local_path": "/home/u/staging/tmp1", "birthArtifactID": "QXJ0", "skip_cache": false, "extra": {"alg": "XXH128"}},` +
	`"a.txt": {"digest": "XUFAKrxLKna5cZ2REBfFkg==", "size": 5, "future": [1, {"x": null}]}}, "future": {"a": 1}}`

func TestRead_OfficialManifest_IsSortedWithoutLocalPaths(t *testing.T) {
	t.Parallel()
	m, err := manifest.Read(strings.NewReader(official))
	require.NoError(t, err)
	assert.Equal(t, &record.ArtifactManifest{
		Version: 1, StoragePolicy: "wandb-storage-policy-v1", Config: []record.ArtifactItem{manifest.Text("storageLayout", "V2")},
		Entries: []record.ArtifactEntry{
			{Path: "a.txt", Digest: "XUFAKrxLKna5cZ2REBfFkg==", Size: 5},
			{Path: "dir/x", Digest: "tenBrQcbPn/Hec+qXlI4GA==", Size: 5, BirthID: "QXJ0", Extra: []record.ArtifactItem{manifest.Text("alg", "XXH128")}},
		},
	}, m)
	assert.Equal(t, manifest.XXH128, manifest.AlgorithmOf(&m.Entries[1]))
	assert.Equal(t, manifest.MD5, manifest.AlgorithmOf(&m.Entries[0]))
}

func TestRead_WrongText_IsRefused(t *testing.T) {
	t.Parallel()
	entries := func(list string) string { return `{"version":1,"contents":{` + list + `}}` }
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"nothing", ``, manifest.ErrManifest},
		{"null", `null`, manifest.ErrManifest},
		{"a list", `[]`, manifest.ErrManifest},
		{"no contents", `{"version":1}`, manifest.ErrManifest},
		{"a later version", `{"version":2,"contents":{}}`, manifest.ErrManifest},
		{"text behind it", entries("") + ` {}`, manifest.ErrManifest},
		{"cut", official[:len(official)-20], manifest.ErrManifest},
		{"a path twice", entries(`"a":{},"b":{},"a":{}`), manifest.ErrManifest},
		{"a negative size", entries(`"a":{"size":-1}`), manifest.ErrManifest},
		{"a size of text", entries(`"a":{"size":"1"}`), manifest.ErrManifest},
		{"an absolute path", entries(`"/etc/passwd":{}`), manifest.ErrPath},
		{"a path upwards", entries(`"a/../../b":{}`), manifest.ErrPath},
		{"a path with NUL", entries(`"a\u0000b":{}`), manifest.ErrPath},
		{"an empty path", entries(`"":{}`), manifest.ErrPath},
		{"a long path", entries(`"` + strings.Repeat("a", 5000) + `":{}`), manifest.ErrPath},
		{"too many entries", entries(`"a":{},"b":{},"c":{},"d":{}`), manifest.ErrTooLarge},
		{"a large entry", entries(`"a":{"ref":"` + strings.Repeat("x", 1<<17) + `"}`), manifest.ErrTooLarge},
		{"a large key", entries(`"` + strings.Repeat("x", 1<<17)), manifest.ErrTooLarge},
		{"a large text", strings.Repeat(" ", 1<<16) + entries(""), manifest.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := manifest.ReadLimited(strings.NewReader(tt.text), 3, 1<<18, 1<<16)
			require.ErrorIs(t, err, tt.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 300)
		})
	}
	_, err := manifest.ReadLimited(strings.NewReader(strings.Repeat(" ", 1<<10)+official), 100, 1<<10, 1<<20)
	require.ErrorIs(t, err, manifest.ErrTooLarge)
}

func TestRead_ReaderFails_ReturnsItsError(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	_, err := manifest.Read(io.MultiReader(strings.NewReader(official[:100]), failing{reset}))
	require.ErrorIs(t, err, reset)
	require.NotErrorIs(t, err, manifest.ErrManifest)
}

// TestParse_ManyEntries_HoldsOneAtATime has a manifest of which no part is kept.
//
//nolint:paralleltest // it measures memory
func TestParse_ManyEntries_HoldsOneAtATime(t *testing.T) {
	const n = 20_000
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"version":1,"contents":{`)
		for i := range n {
			_, _ = fmt.Fprintf(w, `"f%d":{"digest":"%0200d","size":1},`, i, i)
		}
		_, _ = io.WriteString(w, `"last":{}}}`)
		_ = w.Close()
	}()
	count := 0
	_, err := manifest.Parse(r, func(*record.ArtifactEntry) error { count++; return nil })
	require.NoError(t, err)
	assert.Equal(t, n+1, count)
}

func TestParse_YieldFails_ReturnsItsError(t *testing.T) {
	t.Parallel()
	stop := io.EOF // not to be taken for the end of the text
	_, err := manifest.Parse(strings.NewReader(official), func(*record.ArtifactEntry) error { return stop })
	require.ErrorIs(t, err, stop)
	require.NotErrorIs(t, err, manifest.ErrManifest)
}

func TestLines_RoundTrip(t *testing.T) {
	t.Parallel()
	entries := []record.ArtifactEntry{
		{Path: "a<&>", Digest: "d", Size: 5, BirthID: "i", LocalPath: "/staged/1", SkipCache: true},
		{Path: "b", Digest: "e", Ref: "http://h/f", Extra: []record.ArtifactItem{manifest.Text("etag", "e")}},
	}
	var lines bytes.Buffer
	require.NoError(t, manifest.EncodeLines(&lines, entries))
	compressed := func(text []byte) io.Reader {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write(text)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return &b
	}
	back, err := manifest.ReadLines(compressed(lines.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, entries, back)
	for name, damaged := range map[string]io.Reader{
		"cut":              compressed(lines.Bytes()[:lines.Len()-5]),
		"not compressed":   bytes.NewReader(lines.Bytes()),
		"one occurs twice": compressed(slices.Concat(lines.Bytes(), lines.Bytes())),
	} {
		_, err := manifest.ReadLines(damaged)
		require.ErrorIs(t, err, manifest.ErrManifest, name)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{official, `{"contents":{}}`, `{"contents":null}`, `{"contents":{"a":{"extra":{"x":[{}]}}}}`, `{"version":1e3}`, `{"contents":{"../x":{}}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := manifest.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for i := range m.Entries {
			require.NoError(t, manifest.CheckPath(m.Entries[i].Path))
		}
		var b, again bytes.Buffer
		require.NoError(t, manifest.Encode(&b, m))
		text = b.String()
		m, err = manifest.Read(&b)
		require.NoError(t, err, "what was written can be read: %s", text)
		require.NoError(t, manifest.Encode(&again, m))
		assert.Equal(t, text, again.String())
	})
}
