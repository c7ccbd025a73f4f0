package manifest_test

import (
	"crypto/md5"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

func digest(t *testing.T, a manifest.Algorithm, content string) string {
	t.Helper()
	h, err := a.New()
	require.NoError(t, err)
	_, _ = h.Write([]byte(content))
	return manifest.Digest(h.Sum(nil))
}

func TestDigest_OfContent_EqualsOfficialClient(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		alg           manifest.Algorithm
		content, want string
	}{
		{manifest.MD5, "hello", "XUFAKrxLKna5cZ2REBfFkg=="},
		{manifest.MD5, "world", "fXkwN6B2AYZXSwKC8vQ15w=="},
		{manifest.MD5, "", "1B2M2Y8AsgTpgAmY7PhCfg=="},
		{manifest.XXH128, "hello", "tenBrQcbPn/Hec+qXlI4GA=="},
		{manifest.XXH128, "world", "+g04qbOCgNCJHkmFvbJYPg=="},
	} {
		assert.Equal(t, tt.want, digest(t, tt.alg, tt.content))
	}
}

func TestContentDigest_EqualsOfficialClient(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		alg   manifest.Algorithm
		files map[string]string
		want  string
	}{
		{"one file", manifest.MD5, map[string]string{"a.txt": "hello"}, "541f289bb3c6ae786d51e7288e523543"},
		{"one file, XXH128", manifest.XXH128, map[string]string{"a.txt": "hello"}, "e913efb2b5f13c3059c73b5605c03403"},
		{"another file, XXH128", manifest.XXH128, map[string]string{"b.txt": "world"}, "1b39db453fde27e940b6475a787a9722"},
		{"another file", manifest.MD5, map[string]string{"b.txt": "world"}, "44837d7e23e642e1da2ec7d0d69b2b46"},
		{"folders", manifest.MD5, map[string]string{
			"a.txt": "hello", "dir/empty": "", "dir/sub/y.txt": "yy", "dir/x.bin": strings.Repeat("\x00", 1000),
		}, "47c2439ae081f4d326a08a87c4adace6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var entries []record.ArtifactEntry
			for path, content := range tt.files {
				entries = append(entries, record.ArtifactEntry{Path: path, Digest: digest(t, tt.alg, content)})
			}
			entries, err := manifest.Sorted(entries)
			require.NoError(t, err)
			got, err := manifest.ContentDigest(tt.alg, entries)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestAlgorithm_Unknown_IsRefused(t *testing.T) {
	t.Parallel()
	e := &record.ArtifactEntry{Extra: []record.ArtifactItem{manifest.Text("alg", "CRC")}}
	_, err := manifest.AlgorithmOf(e).New()
	require.ErrorIs(t, err, manifest.ErrAlgorithm)
	_, err = manifest.AlgorithmNamed("MANIFEST_CRC")
	require.ErrorIs(t, err, manifest.ErrAlgorithm)
	for _, a := range []manifest.Algorithm{manifest.MD5, manifest.XXH128} {
		got, err := manifest.AlgorithmNamed(a.Name())
		require.NoError(t, err)
		assert.Equal(t, a, got)
	}
}

func FuzzParseDigest(f *testing.F) {
	for _, seed := range []string{"XUFAKrxLKna5cZ2REBfFkg==", "XUFAKrxLKna5cZ2REBfFkh==", "", "etag-1", "XUFA\nKrxLKna5cZ2REBfFkg=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := manifest.ParseDigest(text)
		if err != nil {
			require.ErrorIs(t, err, manifest.ErrDigest)
			return
		}
		assert.Len(t, sum, md5.Size)
		assert.Equal(t, text, manifest.Digest(sum))
	})
}
