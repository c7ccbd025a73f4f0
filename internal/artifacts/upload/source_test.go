package upload_test

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

func TestUpload_EntriesInAFile_AreRead(t *testing.T) {
	t.Parallel()
	w := &wire{}
	a := artifact(t, "ds", map[string]string{"a": "x", "b": "y"})
	path := filepath.Join(t.TempDir(), "manifest.jsonl.gz")
	f, err := os.Create(path)
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	require.NoError(t, manifest.EncodeLines(z, a.Manifest.Entries))
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	a.Manifest.Entries, a.Manifest.EntriesFile = nil, path
	_, err = newUploader(t, w, nil).Submit(a).Wait(t.Context())
	require.NoError(t, err)
	assert.Len(t, w.stored(t).Entries, 2)
	assert.Equal(t, "y", w.content("b"))

	require.NoError(t, os.WriteFile(path, []byte("not gzip"), 0o600))
	_, err = newUploader(t, w, nil).Submit(a).Wait(t.Context())
	require.ErrorContains(t, err, "read the files of the artifact: ")
}

// The digests of the log are XXH128. This client computes the MD5 that every request has.
func TestUpload_XXH128_FallsBackToMD5(t *testing.T) {
	t.Parallel()
	const hello128, helloMD5 = "tenBrQcbPn/Hec+qXlI4GA==", "XUFAKrxLKna5cZ2REBfFkg=="
	for name, tt := range map[string]struct {
		feature, enabled bool
		collection       any
		kept             bool
	}{
		"allowed, first version": {true, true, nil, true},
		"allowed, like before":   {true, true, object{"__typename": "ArtifactSequence", "digestAlgorithm": "MANIFEST_XXH128"}, true},
		"collection has MD5":     {true, true, object{"__typename": "ArtifactSequence", "digestAlgorithm": "MANIFEST_MD5"}, false},
		"not enabled":            {true, false, nil, false},
		"old server":             {false, false, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{answer: func(op string, _ object) (any, int, string) {
				switch op {
				case "ServerFeatures":
					return object{"serverInfo": object{"features": []any{object{"name": "ARTIFACT_DIGEST_ALGORITHM", "isEnabled": tt.feature}}}}, 0, ""
				case "XXHashAllowed":
					return object{"entity": object{"xxhashDigestsEnabled": tt.enabled}, "project": object{"artifactType": object{"artifactCollection": tt.collection}}}, 0, ""
				}
				return nil, 0, ""
			}}
			a := artifact(t, "ds", map[string]string{"a.txt": "hello"}, func(a *record.Artifact) {
				e := &a.Manifest.Entries[0]
				e.Digest, e.Extra = hello128, []record.ArtifactItem{manifest.Text("alg", "XXH128")}
				a.DigestAlgorithm, a.Digest = "MANIFEST_XXH128", "e913efb2b5f13c3059c73b5605c03403"
			})
			result, err := newUploader(t, w, nil).Submit(a).Wait(t.Context())
			require.NoError(t, err)
			files := w.inputs["CreateArtifactFiles"]
			file := files["artifactFiles"].([]any)[0].(object)
			assert.Equal(t, helloMD5, file["md5"])
			assert.Equal(t, "hello", w.content("a.txt"))
			entry := w.stored(t).Entries[0]
			if tt.kept {
				assert.Equal(t, []any{"MANIFEST_XXH128", hello128}, []any{files["digestAlgorithm"], file["digest"]})
				assert.Equal(t, hello128, entry.Digest)
				assert.Equal(t, "e913efb2b5f13c3059c73b5605c03403", result.Digest)
				return
			}
			assert.NotContains(t, files, "digestAlgorithm")
			assert.NotContains(t, file, "digest")
			assert.Equal(t, helloMD5, entry.Digest)
			assert.Empty(t, entry.Extra)
			assert.Equal(t, "541f289bb3c6ae786d51e7288e523543", result.Digest)
			assert.Equal(t, "MANIFEST_MD5", w.inputs["CreateArtifact"]["digestAlgorithm"])
			assert.Equal(t, hello128, a.Manifest.Entries[0].Digest, "the record does not change")
		})
	}
}
