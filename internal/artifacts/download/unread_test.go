package download_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/download"
	"github.com/wandgo/wandgo/internal/record"
)

func TestDownload_NothingReadsAReference_HasAllElseAndListsIt(t *testing.T) {
	t.Parallel()
	refs := []record.ArtifactEntry{
		{Path: "chain", Ref: "wandb-artifact://51546f78/raw/1", Digest: "x"}, // which is this artifact's own
		{Path: "raw/1", Ref: "s3://bucket/1", Digest: "x"},
		{Path: "raw/2", Ref: "gs://bucket/2", Digest: "x"},
	}
	for name, c := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"files beside": {map[string][]byte{"a": []byte("one"), "b": []byte("two")}, "the 2 other files are in "},
		"one file":     {map[string][]byte{"a": []byte("one")}, "the other file is in "},
		"no files":     {map[string][]byte{}, "there are no other files"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, c.files)
			s.manifest, s.full = manifestOf(append(entriesOf(s.files), refs...)), false
			v, dir := s.version(t, ""), t.TempDir()
			_, err := v.Download(t.Context(), download.Options{Dir: dir})
			left, ok := errors.AsType[*download.UnreadError](err)
			require.True(t, ok, err)
			assert.Equal(t, []string{"chain", "raw/1", "raw/2"}, left.Names)
			assert.Equal(t, 3, left.Count)
			assert.Equal(t, dir, left.Dir)
			assert.Contains(t, err.Error(), `nothing here reads the URIs (gs, s3) of 3 references: "chain", "raw/1", "raw/2"; `+c.want)
			assert.Equal(t, c.files, tree(t, dir))

			_, err = v.Download(t.Context(), download.Options{Dir: dir, SkipReferences: true})
			require.NoError(t, err)
			r, err := v.Open(t.Context(), "raw/1")
			require.NoError(t, err)
			_, err = io.ReadAll(r)
			require.ErrorIs(t, err, download.ErrReference)
			assert.Contains(t, err.Error(), `"raw/1" has a URI of the scheme s3, which nothing here reads`)
			require.NoError(t, r.Close())
		})
	}
}

// A reference such as a path has no scheme that could be named.
func TestDownload_ReferenceWithoutScheme_NamesNone(t *testing.T) {
	t.Parallel()
	s := newStand(t, map[string][]byte{})
	s.manifest, s.full = manifestOf([]record.ArtifactEntry{{Path: "raw", Ref: "/data/raw", Digest: "x"}}), false
	v := s.version(t, "")
	_, err := v.Download(t.Context(), download.Options{Dir: t.TempDir()})
	require.ErrorIs(t, err, download.ErrReference)
	assert.Contains(t, err.Error(), `nothing here reads the URIs of 1 reference: "raw"; there are no other files`)
	r, err := v.Open(t.Context(), "raw")
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	assert.ErrorContains(t, err, `"raw" has a URI without a scheme, which nothing here reads`)
	require.NoError(t, r.Close())
}
