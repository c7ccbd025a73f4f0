package runfiles_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/wandbtest"
)

// tree returns every file below dir with its content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(name)] = read(t, path)
		}
		return err
	}))
	return files
}

func TestKeep_OfflineRun_StoresAllFiles(t *testing.T) {
	t.Parallel()
	src, dir := t.TempDir(), filepath.Join(t.TempDir(), "files")
	n := &notes{}
	cfg := runfiles.Config{IgnoreGlobs: []string{"*.tmp"}}
	n.watch(&cfg)
	u := runfiles.New(cfg)
	defer u.Close()
	require.NoError(t, u.SaveBytes("early", []byte("e"), runfiles.Now))
	require.NoError(t, u.Keep(t.Context(), dir))
	require.NoError(t, u.Keep(t.Context(), dir))
	u.Start() // does nothing

	now, live := write(t, src+"/now", "now 1"), write(t, src+"/live", "live 1")
	require.NoError(t, u.Save("d/e/now.pt", now, runfiles.Now))
	require.NoError(t, u.Save("live.txt", live, runfiles.Live))
	require.NoError(t, u.Save("later.txt", src+"/later", runfiles.End))
	require.NoError(t, u.SaveBytes("config.yaml", []byte("a: 1"), runfiles.Now))
	require.NoError(t, u.SaveBytes("config.yaml", []byte("a: 2"), runfiles.Now))
	require.NoError(t, u.SaveFile("fs", fstest.MapFS{"f": {Data: []byte("fs")}}, "f", runfiles.Now))
	require.NoError(t, u.SaveBytes("x.tmp", nil, runfiles.Now))
	assert.Equal(t, map[string]string{
		"early": "e", "d/e/now.pt": "now 1", "live.txt": "live 1", "config.yaml": "a: 2", "fs": "fs",
	}, tree(t, dir))
	assert.True(t, sameFile(t, now, dir+"/d/e/now.pt"), "no second copy of a large file")
	require.ErrorIs(t, n.skipped["later.txt"], fs.ErrNotExist)

	// Programs that write carefully replace a file, which leaves the link behind.
	require.NoError(t, os.Rename(write(t, src+"/live.new", "live 2"), live))
	write(t, src+"/later", "later")
	require.NoError(t, u.Finish(t.Context()))
	assert.Equal(t, map[string]string{
		"early": "e", "d/e/now.pt": "now 1", "live.txt": "live 2", "config.yaml": "a: 2", "fs": "fs", "later.txt": "later",
	}, tree(t, dir))
	require.ErrorIs(t, u.SaveBytes("late", nil, runfiles.Now), runfiles.ErrClosed)
	u.Close()
	require.NoError(t, u.Finish(t.Context()))
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	x, err := os.Stat(a)
	require.NoError(t, err)
	y, err := os.Stat(b)
	require.NoError(t, err)
	return os.SameFile(x, y)
}

func TestFinish_NoServerNoKeep_ReturnsErrNoServer(t *testing.T) {
	t.Parallel()
	u := runfiles.New(runfiles.Config{})
	defer u.Close()
	u.Start()
	require.NoError(t, u.SaveBytes("a", []byte("a"), runfiles.Now))
	require.ErrorIs(t, u.Finish(t.Context()), runfiles.ErrNoServer)
	dir := t.TempDir()
	require.NoError(t, u.Keep(t.Context(), dir), "it is not too late")
	assert.Equal(t, map[string]string{"a": "a"}, tree(t, dir))
}

func TestKeep_DuringUpload_StoresTheFile(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	src, dir := t.TempDir(), t.TempDir()
	require.NoError(t, o.SaveBytes("done", nil, runfiles.Now))
	o.wait(func(v wandbtest.RunView) bool { return len(v.Files) == 1 })
	hang := o.srv.Inject(wandbtest.Fault{Operation: "PUT", Hang: true})
	require.NoError(t, o.Save("hangs", write(t, src+"/h", "h"), runfiles.Now))
	require.NoError(t, hang.Wait(t.Context(), 1))
	require.NoError(t, o.SaveBytes("waits", []byte("w"), runfiles.Now))
	require.NoError(t, o.Keep(t.Context(), dir))
	assert.Equal(t, map[string]string{"hangs": "h", "waits": "w"}, tree(t, dir))
	require.NoError(t, o.SaveBytes("after", []byte("a"), runfiles.Now))
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, map[string]string{"hangs": "h", "waits": "w", "after": "a"}, tree(t, dir))
	assert.Equal(t, map[string]string{"done": ""}, o.files())
}

// After the context has ended, links are still created and a few bytes are copied. The
// other files are in the error.
func TestKeep_ContextEnded_CopiesTheSmallest(t *testing.T) {
	t.Parallel()
	src, dir := t.TempDir(), t.TempDir()
	big := bytes.Repeat([]byte("x"), runfiles.GraceBytes)
	u := runfiles.New(runfiles.Config{})
	defer u.Close()
	require.NoError(t, u.Save("linked", write(t, src+"/linked", string(big)+"x"), runfiles.Now))
	require.NoError(t, u.SaveFile("linked too", os.DirFS(src), "linked", runfiles.Now))
	require.NoError(t, u.SaveBytes("small", []byte("s"), runfiles.Now))
	require.NoError(t, u.SaveBytes("table", big[1:], runfiles.Now))
	require.NoError(t, u.SaveBytes("too large", append(big, 'x'), runfiles.Now))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errDisk)
	err := u.Keep(ctx, dir)
	require.ErrorIs(t, err, errDisk)
	assert.EqualError(t, err, "upload too large: not stored on disk: disk on fire")
	kept := tree(t, dir)
	assert.Len(t, kept, 4)
	assert.Equal(t, string(big[1:]), kept["table"])
	assert.Equal(t, "s", kept["small"])
	for _, name := range []string{"linked", "linked too"} {
		assert.True(t, sameFile(t, src+"/linked", filepath.Join(dir, name)), name)
	}
	require.ErrorIs(t, u.Finish(ctx), errDisk, "it is still not there")
	require.NoError(t, u.Finish(t.Context()), "with time it is")
	assert.Len(t, tree(t, dir), 5)
}

// The context ends during a copy.
func TestKeep_ContextEndsDuringCopy_StopsIt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	slow := openFunc(func(string) (fs.File, error) {
		return &endless{File: MapFile(t, ""), size: 1 << 40, read: func() {
			if reads++; reads == 3 {
				cancel()
			}
		}}, nil
	})
	u := runfiles.New(runfiles.Config{})
	defer u.Close()
	require.NoError(t, u.SaveFile("endless", slow, "f", runfiles.Now))
	dir := t.TempDir()
	require.ErrorIs(t, u.Keep(ctx, dir), context.Canceled)
	assert.Equal(t, 3, reads)
	assert.Empty(t, tree(t, dir), "nor is there a half of it")
}

// endless is a file that says how large it is and has no end.
type endless struct {
	fs.File
	size int64
	read func()
}

func (e *endless) Read(p []byte) (int, error) {
	e.read()
	return len(p), nil
}

func (e *endless) Stat() (fs.FileInfo, error) {
	info, err := e.File.Stat()
	return largeInfo{info, e.size}, err
}

type largeInfo struct {
	fs.FileInfo
	size int64
}

func (l largeInfo) Size() int64 { return l.size }

// After Finish only failed files are stored; the others are on the server.
func TestKeep_AfterFinish_StoresFailedFiles(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	o.srv.Inject(wandbtest.Fault{Operation: "PUT", Status: 403, Body: storeError("AccessDenied", ""), Match: func(r *http.Request, _ []byte) bool {
		return strings.Contains(r.URL.String(), "bad-") // a signature in hex has no "-"
	}})
	src, dir := t.TempDir(), t.TempDir()
	for _, policy := range []runfiles.Policy{runfiles.Now, runfiles.End, runfiles.Live} {
		require.NoError(t, o.Save("good-"+string(policy), write(t, src+"/good-"+string(policy), ""), policy))
		require.NoError(t, o.SaveFile("bad-"+string(policy), fstest.MapFS{"f": {Data: []byte(policy)}}, "f", policy))
	}
	require.ErrorIs(t, o.Finish(t.Context()), errors.ErrStoreRefused)
	require.NoError(t, o.Keep(t.Context(), dir))
	assert.Equal(t, map[string]string{"bad-now": "now", "bad-end": "end", "bad-live": "live"}, tree(t, dir))
	assert.NotEmpty(t, o.denied)
	assert.Equal(t, "AccessDenied", o.denied[0].Code())
}

// Keep is called while Finish waits.
func TestKeep_DuringFinish_EndsIt(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	hang := o.srv.Inject(wandbtest.Fault{Operation: "PUT", Hang: true})
	require.NoError(t, o.SaveBytes("a", []byte("a"), runfiles.Now))
	done := make(chan error)
	go func() { done <- o.Finish(t.Context()) }()
	require.NoError(t, hang.Wait(t.Context(), 1))
	dir := t.TempDir()
	require.NoError(t, o.Keep(t.Context(), dir))
	require.NoError(t, <-done)
	assert.Equal(t, map[string]string{"a": "a"}, tree(t, dir))
}

func TestKeep_Links_StayInside(t *testing.T) {
	t.Parallel()
	src, dir, outside := t.TempDir(), t.TempDir(), t.TempDir()
	u := runfiles.New(runfiles.Config{})
	defer u.Close()
	require.NoError(t, u.Keep(t.Context(), dir))
	require.NoError(t, os.Symlink(write(t, src+"/target", "t"), src+"/link"))
	require.NoError(t, u.Save("link", src+"/link", runfiles.Now))
	info, err := os.Lstat(dir + "/link")
	require.NoError(t, err)
	assert.True(t, info.Mode().IsRegular(), "the content, not the link")

	require.NoError(t, os.Symlink(outside, dir+"/out"))
	assert.Error(t, u.SaveBytes("out/x", nil, runfiles.Now))
	assert.Empty(t, tree(t, outside))

	write(t, dir+"/own", "own") // saved from within the directory itself
	require.NoError(t, u.Save("own", dir+"/own", runfiles.Now))
	assert.Equal(t, "own", read(t, dir+"/own"))

	require.NoError(t, u.SaveBytes("a", []byte("a"), runfiles.Now))
	err = u.SaveBytes("a/b", nil, runfiles.End)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "keep a/b: ")
}

func TestKeep_CannotCreateDirectory_ReturnsError(t *testing.T) {
	t.Parallel()
	u := runfiles.New(runfiles.Config{})
	file := write(t, t.TempDir()+"/f", "")
	require.Error(t, u.Keep(t.Context(), file))
	require.Error(t, u.Keep(t.Context(), file+"/d"))
	require.NoError(t, u.Keep(t.Context(), t.TempDir()), "another place will do")
	u.Close()
	require.ErrorIs(t, u.SaveBytes("a", nil, runfiles.Now), runfiles.ErrClosed)

	closed := runfiles.New(runfiles.Config{})
	closed.Close()
	require.ErrorIs(t, closed.Keep(t.Context(), t.TempDir()), runfiles.ErrClosed)
}
