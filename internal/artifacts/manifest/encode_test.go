package manifest_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
)

func TestEncode_EveryKindOfEntry_LeavesLocalPathsOut(t *testing.T) {
	t.Parallel()
	m := manifest.New("coreweave-us", []record.ArtifactEntry{
		{Path: "a.txt", Digest: "XUFAKrxLKna5cZ2REBfFkg==", Size: 5, BirthID: "QXJ0OjE=", LocalPath: "/home/u/secret", SkipCache: true},
		{Path: "r", Digest: "etag-1", Ref: "http://h/f", Size: 8, Extra: []record.ArtifactItem{manifest.Text("etag", `"etag-1"`)}},
		{Path: "é\"", Digest: "", Extra: []record.ArtifactItem{{Key: "bad", JSON: "{"}}},
	})
	var b bytes.Buffer
	require.NoError(t, manifest.Encode(&b, m))
	//nolint:testifylint // byte by byte: the bytes have a digest
	assert.Equal(t, `{"version":1,"storagePolicy":"wandb-storage-policy-v1","storagePolicyConfig":{"storageLayout":"V2","storageRegion":"coreweave-us"},`+
		`"contents":{"a.txt":{"digest":"XUFAKrxLKna5cZ2REBfFkg==","size":5,"birthArtifactID":"QXJ0OjE="},`+
		`"r":{"digest":"etag-1","size":8,"ref":"http://h/f","extra":{"etag":"\"etag-1\""}},`+
		`"é\"":{"digest":"","size":0,"extra":{"bad":null}}}}`, b.String())

	back, err := manifest.Read(&b)
	require.NoError(t, err)
	assert.Equal(t, "coreweave-us", manifest.Region(back))
	assert.Equal(t, "V2", manifest.Layout(back))
	require.Len(t, back.Entries, 3)
	m.Entries[0].LocalPath, m.Entries[0].SkipCache, m.Entries[2].Extra[0].JSON = "", false, "null"
	assert.Equal(t, m.Entries, back.Entries)
	etag, ok := manifest.Extra(&back.Entries[1], "etag")
	assert.True(t, ok)
	assert.Equal(t, `"etag-1"`, etag)
}

func TestEncode_WriterFails_ReturnsItsError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	require.ErrorIs(t, manifest.Encode(failing{full}, manifest.New("", make([]record.ArtifactEntry, 5000))), full)
	require.ErrorIs(t, manifest.Encode(failing{full}, manifest.New("", nil)), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
func (f failing) Read([]byte) (int, error)  { return 0, f.err }
