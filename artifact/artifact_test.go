package artifact_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

func TestNew_FieldsSetLater_AreInTheRecord(t *testing.T) {
	t.Parallel()
	a := artifact.New("net", "model")
	a.Description, a.TTL, a.Digest, a.StorageRegion = "d", 90*time.Second, artifact.MD5, "r"
	require.NoError(t, a.AddBytes("f", []byte("hello")))
	rec, err := draft.Of(a).Fix(t.Context(), draft.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, []string{"net", "model"}, []string{a.Name(), a.Type()})
	assert.Equal(t, "d", rec.Description)
	assert.EqualValues(t, 90, rec.TTLSeconds)
	assert.Equal(t, "r", manifest.Region(rec.Manifest))
	for ttl, want := range map[time.Duration]int64{artifact.TTLInherit: -1, artifact.TTLNever: -2, 0: 0} {
		a.TTL = ttl
		rec, err = draft.Of(a).Fix(t.Context(), draft.Config{Dir: t.TempDir()})
		require.NoError(t, err)
		assert.Equal(t, want, rec.TTLSeconds)
	}
}

func TestNew_TTLNotInSeconds_IsInputErrorWhenLogged(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{1, time.Millisecond, 1500 * time.Millisecond, -time.Second} {
		a := artifact.New("net", "model")
		a.TTL = ttl
		_, err := draft.Of(a).Fix(t.Context(), draft.Config{Dir: t.TempDir()})
		require.ErrorIs(t, err, errors.ErrInvalidInput, ttl)
	}
}

func TestArtifact_Zero_IsRefusedWhenUsed(t *testing.T) {
	t.Parallel()
	var a artifact.Artifact
	require.ErrorIs(t, a.AddBytes("f", nil), draft.ErrUnnamed)
	require.ErrorIs(t, a.AddReference("x://y", "f", artifact.ReferenceOptions{}), draft.ErrUnnamed)
	_, err := a.Create("f")
	require.ErrorIs(t, err, draft.ErrUnnamed)
	_, err = draft.Of(&a).Fix(t.Context(), draft.Config{})
	require.ErrorIs(t, err, draft.ErrUnnamed)
}

type bucket []artifact.Object

func (b bucket) Objects(context.Context, string) iter.Seq2[artifact.Object, error] {
	return func(yield func(artifact.Object, error) bool) {
		for _, o := range b {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func TestAddReference_Resolver_FindsTheObjects(t *testing.T) {
	t.Parallel()
	a := artifact.New("data", "dataset")
	require.NoError(t, a.AddReference("s3://b/p", "d", artifact.ReferenceOptions{Resolver: bucket{
		{URI: "s3://b/p/1", Path: "1", Digest: "e", Size: 3, Extra: map[string]string{"versionID": "v", "etag": "e"}},
		{URI: "s3://b/p/2", Path: "2"},
	}}))
	rec, err := draft.Of(a).Fix(t.Context(), draft.Config{})
	require.NoError(t, err)
	require.Len(t, rec.Manifest.Entries, 2)
	version, _ := manifest.Extra(&rec.Manifest.Entries[0], "versionID")
	assert.Equal(t, "v", version)
	assert.Equal(t, "s3://b/p/2", rec.Manifest.Entries[1].Digest)

	require.NoError(t, a.AddReference("s3://b/p", "d", artifact.ReferenceOptions{MaxObjects: 1, Resolver: bucket{{Path: "3"}, {Path: "4"}}}))
	_, err = draft.Of(a).Fix(t.Context(), draft.Config{})
	require.ErrorIs(t, err, draft.ErrReference)
}
