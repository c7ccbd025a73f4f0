package draft_test

import (
	"bytes"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/draft"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// held is as the public type.
type held struct{ draft.Holder }

func newDraft(desc draft.Description) *draft.Draft {
	return draft.Of(&held{draft.New("net", "model", func() draft.Description { return desc })})
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// contents reads what is to be uploaded, by path.
func contents(t *testing.T, a *record.Artifact) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, e := range a.Manifest.Entries {
		if e.LocalPath == "" {
			out[e.Path] = "ref " + e.Ref
			continue
		}
		b, err := os.ReadFile(e.LocalPath)
		require.NoError(t, err)
		assert.EqualValues(t, len(b), e.Size, e.Path)
		h, err := manifest.AlgorithmOf(&e).New()
		require.NoError(t, err)
		_, _ = h.Write(b)
		assert.Equal(t, manifest.Digest(h.Sum(nil)), e.Digest, e.Path)
		out[e.Path] = string(b)
	}
	return out
}

func TestFix_EverySource_IsCopiedAndHashed(t *testing.T) {
	t.Parallel()
	dir, staged := t.TempDir(), filepath.Join(t.TempDir(), "artifacts", "1")
	d := newDraft(draft.Description{Text: "a net", Metadata: map[string]any{"acc": 0.5}, Tags: []string{"best"}, TTLSeconds: 60, StorageRegion: "r"})
	file := write(t, filepath.Join(dir, "a.txt"), "hello")
	write(t, filepath.Join(dir, "sub", "deep", "b.txt"), "world")
	write(t, filepath.Join(dir, "sub", "c.txt"), "")
	large := strings.Repeat("0123456789abcdef", 1<<17) // several windows of memory
	require.NoError(t, d.AddFile(file, ""))
	require.NoError(t, d.AddFile(file, ""), "the same file again")
	require.NoError(t, d.AddFile(write(t, filepath.Join(dir, "large"), large), "x/large"))
	require.NoError(t, d.AddDir(filepath.Join(dir, "sub"), "tree"))
	require.NoError(t, d.AddFS(fstest.MapFS{"f/g.txt": {Data: []byte("fs")}}, "fs"))
	b := []byte("bytes")
	require.NoError(t, d.AddBytes("bytes.bin", b))
	copy(b, "XXXXX")
	w, err := d.Create("made/by program")
	require.NoError(t, err)
	_, err = io.WriteString(w, "written")
	require.NoError(t, err)
	_, err = d.Fix(t.Context(), draft.Config{Dir: staged})
	require.ErrorIs(t, err, draft.ErrOpen)
	require.NoError(t, w.Close())
	require.ErrorIs(t, w.Close(), os.ErrClosed)

	a, err := d.Fix(t.Context(), draft.Config{Dir: staged})
	require.NoError(t, err)
	write(t, file, "changed")
	require.NoError(t, os.Remove(filepath.Join(dir, "large")))
	assert.Equal(t, map[string]string{
		"a.txt": "hello", "x/large": large, "tree/deep/b.txt": "world", "tree/c.txt": "", "fs/f/g.txt": "fs",
		"bytes.bin": "bytes", "made/by program": "written",
	}, contents(t, a))
	for _, e := range a.Manifest.Entries {
		assert.Equal(t, staged, filepath.Dir(e.LocalPath))
	}
	digest, err := manifest.ContentDigest(manifest.MD5, a.Manifest.Entries)
	require.NoError(t, err)
	assert.Equal(t, digest, a.Digest)
	assert.Len(t, a.ClientID, 128)
	a.Manifest, a.Digest, a.ClientID = nil, "", ""
	assert.Equal(t, &record.Artifact{
		Name: "net", Type: "model", Description: "a net", Metadata: `{"acc":0.5}`, Tags: []string{"best"},
		Finalize: true, TTLSeconds: 60, DigestAlgorithm: "MANIFEST_MD5",
	}, a)
}

func TestFix_Immutable_FilesStayInPlace(t *testing.T) {
	t.Parallel()
	file, staged := write(t, filepath.Join(t.TempDir(), "a.txt"), "hello"), t.TempDir()
	d := newDraft(draft.Description{})
	require.NoError(t, d.AddFile(file, ""))
	require.NoError(t, d.AddBytes("b", []byte("world")))
	a, err := d.Fix(t.Context(), draft.Config{Dir: staged, Immutable: true})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a.txt": "hello", "b": "world"}, contents(t, a))
	assert.Equal(t, file, a.Manifest.Entries[0].LocalPath)
	assert.Equal(t, staged, filepath.Dir(a.Manifest.Entries[1].LocalPath))
}

var errRoom = errors.New("no room")

// room has n bytes.
func room(n int64) func(int64) error {
	var left atomic.Int64
	left.Store(n)
	return func(n int64) error {
		if left.Add(-n) < 0 {
			return errRoom
		}
		return nil
	}
}

func TestFix_MoreThanRoom_IsRefused(t *testing.T) {
	t.Parallel()
	d := newDraft(draft.Description{})
	require.NoError(t, d.AddBytes("a", make([]byte, 60)))
	_, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir(), Take: room(60)})
	require.NoError(t, err)
	require.NoError(t, d.AddBytes("b", make([]byte, 60)))
	_, err = d.Fix(t.Context(), draft.Config{Dir: t.TempDir(), Take: room(119)})
	require.ErrorIs(t, err, errRoom)
}

func TestFix_FileThatGrows_IsWhatWasCopied(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 3 << 20} {
		d := newDraft(draft.Description{})
		require.NoError(t, d.AddFS(growing{bytes.Repeat([]byte("x"), size)}, ""))
		a, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir()})
		require.NoError(t, err)
		assert.Len(t, contents(t, a)["f"], size+5)
		_, err = d.Fix(t.Context(), draft.Config{Dir: t.TempDir(), Take: room(int64(size))})
		require.ErrorIs(t, err, errRoom)
	}
}

// growing is a file system with one file that has five more bytes than it says.
type growing struct{ data []byte }

func (g growing) Open(name string) (fs.File, error) {
	f, err := fstest.MapFS{"f": {Data: append(bytes.Clone(g.data), "12345"...)}}.Open(name)
	if name != "f" || err != nil {
		return f, err
	}
	return grown{f, int64(len(g.data))}, nil
}

type grown struct {
	fs.File
	size int64
}

func (g grown) Stat() (fs.FileInfo, error) {
	info, err := g.File.Stat()
	return smaller{info, g.size}, err
}

type smaller struct {
	fs.FileInfo
	size int64
}

func (s smaller) Size() int64 { return s.size }

func TestDraft_WhatCannotBeAdded_IsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, other := write(t, filepath.Join(dir, "a"), "1"), write(t, filepath.Join(dir, "b"), "1")
	require.NoError(t, os.Symlink("../loop", filepath.Join(filepath.Dir(write(t, filepath.Join(dir, "loop", "x"), "")), "up")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "dangling"), 0o755))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling", "link")))
	for _, tt := range []struct {
		name string
		add  func(*draft.Draft) error
		want error
	}{
		{"missing file", func(d *draft.Draft) error { return d.AddFile(filepath.Join(dir, "no"), "") }, fs.ErrNotExist},
		{"a directory as a file", func(d *draft.Draft) error { return d.AddFile(dir, "x") }, smallfile.ErrNotRegular},
		{"a device", func(d *draft.Draft) error { return d.AddFile(os.DevNull, "x") }, smallfile.ErrNotRegular},
		{"missing directory", func(d *draft.Draft) error { return d.AddDir(filepath.Join(dir, "no"), "") }, fs.ErrNotExist},
		{"a link that leads nowhere", func(d *draft.Draft) error { return d.AddDir(filepath.Join(dir, "dangling"), "") }, fs.ErrNotExist},
		{"a link upwards", func(d *draft.Draft) error { return d.AddDir(filepath.Join(dir, "loop"), "") }, draft.ErrCycle},
		{"a path upwards", func(d *draft.Draft) error { return d.AddBytes("../x", nil) }, errors.ErrInvalidInput},
		{"an absolute path", func(d *draft.Draft) error { return d.AddFile(file, "/x") }, errors.ErrInvalidInput},
		{"an absolute path that is created", func(d *draft.Draft) error { _, err := d.Create("/x"); return err }, errors.ErrInvalidInput},
		{"another file with the path", func(d *draft.Draft) error { require.NoError(t, d.AddFile(file, "x")); return d.AddFile(other, "x") }, draft.ErrDuplicate},
		{"other bytes with the path", func(d *draft.Draft) error {
			require.NoError(t, d.AddBytes("x", []byte("1")))
			require.NoError(t, d.AddBytes("x", []byte("1")))
			return d.AddBytes("x", []byte("2"))
		}, draft.ErrDuplicate},
		{"removing what is not there", func(d *draft.Draft) error { return d.Remove("x") }, fs.ErrNotExist},
		{"a reference that is no URI", func(d *draft.Draft) error { return d.AddReference(draft.Reference{URI: "/a/b"}) }, draft.ErrReference},
		{"a store that needs an SDK", func(d *draft.Draft) error { return d.AddReference(draft.Reference{URI: "s3://b/k"}) }, draft.ErrReference},
		{"a scheme without names", func(d *draft.Draft) error { return d.AddReference(draft.Reference{URI: "ftp://h/f", NoChecksum: true}) }, draft.ErrReference},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, tt.add(newDraft(draft.Description{})), tt.want)
		})
	}
}

func TestFix_WhatServersRefuse_IsRefused(t *testing.T) {
	t.Parallel()
	many := map[string]any{}
	for i := range 101 {
		many[strings.Repeat("k", i+1)] = i
	}
	inf := map[string]any{"a": []any{map[string]any{"b": math.Inf(1)}}}
	for _, tt := range []struct {
		name string
		desc draft.Description
		add  func(*draft.Draft) error
		want error
	}{
		{"many keys", draft.Description{Metadata: many}, nil, errors.ErrInvalidInput},
		{"infinity", draft.Description{Metadata: inf}, nil, errors.ErrInvalidInput},
		{"a tag", draft.Description{Tags: []string{"a/b"}}, nil, errors.ErrInvalidInput},
		{"an algorithm", draft.Description{Algorithm: "CRC"}, func(d *draft.Draft) error { return d.AddBytes("a", nil) }, manifest.ErrAlgorithm},
		{"a file below a file", draft.Description{}, func(d *draft.Draft) error {
			require.NoError(t, d.AddBytes("a", nil))
			require.NoError(t, d.AddBytes("a-b", nil))
			return d.AddBytes("a/b/c", nil)
		}, draft.ErrDuplicate},
		{"a reference with the path of a file", draft.Description{}, func(d *draft.Draft) error {
			require.NoError(t, d.AddBytes("a", nil))
			return d.AddReference(draft.Reference{URI: "x://y", Name: "a"})
		}, draft.ErrDuplicate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDraft(tt.desc)
			if tt.add != nil {
				require.NoError(t, tt.add(d))
			}
			_, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir()})
			require.ErrorIs(t, err, tt.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := (&draft.Draft{}).Fix(t.Context(), draft.Config{})
	require.ErrorIs(t, err, draft.ErrUnnamed)
	_, err = draft.Of(&held{draft.New("a/b", "model", nil)}).Fix(t.Context(), draft.Config{})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestFix_NaNInMetadata_BecomesNull(t *testing.T) {
	t.Parallel()
	d := newDraft(draft.Description{Metadata: map[string]any{"a": []any{math.NaN(), float32(math.NaN()), 1}}})
	a, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":[null,null,1]}`, a.Metadata)
}

func TestFix_DraftOfAVersion_KeepsWhatItHad(t *testing.T) {
	t.Parallel()
	d := newDraft(draft.Description{})
	d.Base("QXJ0", []record.ArtifactEntry{{Path: "a", Digest: "1", BirthID: "b"}, {Path: "b", Digest: "2", BirthID: "b"}, {Path: "c", Digest: "3", BirthID: "b"}})
	require.NoError(t, d.Remove("a"))
	require.NoError(t, d.AddBytes("b", []byte("new")))
	a, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, "QXJ0", a.BaseID)
	require.Len(t, a.Manifest.Entries, 2)
	assert.Equal(t, "b", a.Manifest.Entries[0].Path)
	assert.NotEmpty(t, a.Manifest.Entries[0].LocalPath)
	assert.Equal(t, record.ArtifactEntry{Path: "c", Digest: "3", BirthID: "b"}, a.Manifest.Entries[1])
}

func TestFix_LinkedDirectory_IsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "real", "f"), "1")
	write(t, filepath.Join(dir, "tree", "g"), "2")
	require.NoError(t, os.Symlink(filepath.Join(dir, "real"), filepath.Join(dir, "tree", "link")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "real", "f"), filepath.Join(dir, "tree", "h")))
	d := newDraft(draft.Description{})
	require.NoError(t, d.AddDir(filepath.Join(dir, "tree"), "/p/../q/"))
	a, err := d.Fix(t.Context(), draft.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"q/g": "2", "q/link/f": "1", "q/h": "1"}, contents(t, a))
}
