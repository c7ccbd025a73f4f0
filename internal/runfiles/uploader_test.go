package runfiles_test

import (
	"bytes"
	stderrors "errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/runfiles"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestSave_EachPolicy_UploadsAtItsTime(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	dir := t.TempDir()
	now, end, live := write(t, dir+"/now", "now 1"), write(t, dir+"/end", "end 1"), write(t, dir+"/live", "live 1")
	require.NoError(t, o.Save("d/now.txt", now, runfiles.Now))
	require.NoError(t, o.Save("end.txt", end, runfiles.End))
	require.NoError(t, o.Save("live.txt", live, runfiles.Live))
	require.NoError(t, o.SaveBytes("wandb-metadata.json", []byte("{}"), runfiles.Now))
	require.NoError(t, o.SaveFile("fs.txt", fstest.MapFS{"a/b": {Data: []byte("fs")}}, "a/b", runfiles.Now))
	o.wait(func(v wandbtest.RunView) bool { return len(v.Files) == 4 })
	assert.Equal(t, map[string]string{
		"d/now.txt": "now 1", "live.txt": "live 1", "wandb-metadata.json": "{}", "fs.txt": "fs",
	}, o.files(), "the file of policy end waits")

	write(t, live, "live 2, longer")
	o.wait(func(v wandbtest.RunView) bool { return string(v.Files["live.txt"]) == "live 2, longer" })
	write(t, now, "now 2, longer")
	write(t, end, "end 2")
	write(t, live, "live 3, longer still")
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, map[string]string{
		"d/now.txt": "now 1", "live.txt": "live 3, longer still", "wandb-metadata.json": "{}", "fs.txt": "fs", "end.txt": "end 2",
	}, o.files())
	for _, name := range []string{"d/now.txt", "live.txt", "wandb-metadata.json", "fs.txt", "end.txt"} {
		assert.Contains(t, o.names(), name, "reported as uploaded")
	}
	require.ErrorIs(t, o.SaveBytes("late", nil, runfiles.Now), runfiles.ErrClosed)
	require.NoError(t, o.Finish(t.Context()), "a second Finish has nothing to do")
}

func TestUpload_Requests(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	require.NoError(t, o.SaveBytes("empty", nil, runfiles.Now))
	require.NoError(t, o.SaveBytes("d/ü 1%?#.bin", []byte("\x00\xff"), runfiles.Now))
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, map[string]string{"empty": "", "d/ü 1%?#.bin": "\x00\xff"}, o.files())
	puts := 0
	for _, r := range o.srv.Requests() {
		if r.Method != http.MethodPut {
			continue
		}
		puts++
		for _, name := range []string{"Authorization", "X-Wandb-Username", "X-Wandb-User-Email", "Content-Type", "Transfer-Encoding"} {
			assert.Empty(t, r.Header.Values(name), name)
		}
		assert.Equal(t, "g", r.Header.Get("X-Gateway"), "an address below the base URL is behind the same gateway")
	}
	assert.Equal(t, 2, puts, "the server accepts neither chunks nor credentials, so that none was refused")
}

func TestUpload_HeadersLengthAndRelativeAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{headers: []string{"x-ms-blob-type: BlockBlob", "X-Goog-Meta:a:b ", "malformed", ": none"}}
		w.address = func(name string, _ int) string {
			if name == "own" {
				return "/store/own?s=1"
			}
			return "https://bucket.test/store/" + name
		}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("empty", nil, runfiles.Now))
		require.NoError(t, o.SaveBytes("own", []byte("123"), runfiles.Now))
		require.NoError(t, o.Finish(t.Context()))
		require.Len(t, w.sent(), 2)
		for _, p := range w.sent() {
			assert.Equal(t, "BlockBlob", p.header.Get("X-Ms-Blob-Type"))
			assert.Equal(t, "a:b", p.header.Get("X-Goog-Meta"), "only the first colon separates")
			assert.Empty(t, p.header.Get("Authorization"))
			assert.EqualValues(t, len(p.body), p.length)
			if p.name == "own" {
				assert.Equal(t, "https://api.test/sub/store/own?s=1", p.url, "a path is one of the base URL")
			}
		}
	})
}

func TestSave_Names_AreCollectedForFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", nil, runfiles.Now))
		advance(4 * time.Second)
		require.NoError(t, o.SaveBytes("b", nil, runfiles.Now))
		synctest.Wait()
		assert.Empty(t, w.names())
		advance(time.Second)
		synctest.Wait()
		assert.Equal(t, [][]string{{"a", "b"}}, w.names())

		require.NoError(t, o.SaveBytes("c", nil, runfiles.Now))
		o.Flush()
		synctest.Wait()
		assert.Equal(t, [][]string{{"a", "b"}, {"c"}}, w.names(), "Flush does not wait")
		o.Flush() // of nothing
		require.NoError(t, o.SaveBytes("d", nil, runfiles.Now))
		advance(4 * time.Second)
		synctest.Wait()
		assert.Len(t, w.names(), 2, "and hurries nothing that comes later")
		require.NoError(t, o.Finish(t.Context()))
		assert.Len(t, w.names(), 3)
	})
}

func TestSave_ManyNames_AreSplitIntoBatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		o := newWire(t, w, func(c *runfiles.Config) { c.BatchSize = 2 })
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			require.NoError(t, o.SaveBytes(name, nil, runfiles.Now))
		}
		require.NoError(t, o.Finish(t.Context()))
		assert.Equal(t, [][]string{{"a", "b"}, {"c", "d"}, {"e"}}, w.names())
		assert.Len(t, w.sent(), 5)
	})
}

func TestSave_SameNameTwice_UploadsInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		w := &wire{put: func(put) (int, string) { <-release; return 200, "" }}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveBytes("a", []byte("1"), runfiles.Now))
		o.Flush()
		synctest.Wait()
		require.NoError(t, o.SaveBytes("a", []byte("2"), runfiles.Now))
		advance(time.Minute)
		assert.Equal(t, []string{"a=1"}, w.bodies(), "the second waits for the first")
		close(release)
		advance(6 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"a=1", "a=2"}, w.bodies())
		require.NoError(t, o.SaveBytes("a", []byte("2"), runfiles.Now))
		require.NoError(t, o.Finish(t.Context()))
		assert.Len(t, w.sent(), 2, "the content is there already")
		assert.Equal(t, 3, o.Progress().Done)
	})
}

func TestSave_LiveFileChanges_IsSentOncePerBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		o := newWire(t, w, nil)
		file := fstest.MapFS{}
		set := func(text string) { file["log"] = &fstest.MapFile{Data: []byte(text), ModTime: time.Now()} }
		shared := &lockedFS{fsys: file}
		require.NoError(t, o.SaveFile("log", shared, "log", runfiles.Live))
		advance(20 * time.Second) // not there yet
		assert.Empty(t, w.names())
		for i := range 40 { // a change every half second
			shared.do(func() { set(strings.Repeat("x", i+1)) })
			advance(500 * time.Millisecond)
		}
		synctest.Wait()
		sent := w.sent()
		assert.GreaterOrEqual(t, len(sent), 3)
		assert.LessOrEqual(t, len(sent), 4)
		for i := 1; i < len(sent); i++ {
			assert.GreaterOrEqual(t, sent[i].at-sent[i-1].at, 5*time.Second)
		}
		advance(time.Minute)
		n := len(w.sent())
		advance(time.Minute)
		assert.Len(t, w.sent(), n, "no change, no upload")
		shared.do(func() { set("last") })
		require.NoError(t, o.Finish(t.Context()))
		assert.Equal(t, "log=last", w.bodies()[n])
		assert.ErrorIs(t, o.skipped["log"], fs.ErrNotExist)
	})
}

// File systems need not be comparable, as a map is not.
func TestSaveFile_LiveFileInMemory_IsWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		o := newWire(t, w, nil)
		require.NoError(t, o.SaveFile("log", fstest.MapFS{"log": {Data: []byte("x")}}, "log", runfiles.Live))
		advance(time.Minute)
		assert.Equal(t, []string{"log=x"}, w.bodies())
		require.NoError(t, o.Finish(t.Context()))
	})
}

func TestSave_MissingOrIrregularFile_IsSkipped(t *testing.T) {
	t.Parallel()
	o := newOnline(t, nil)
	dir := t.TempDir()
	require.NoError(t, o.Save("none", dir+"/none", runfiles.Now))
	require.NoError(t, o.Save("dir", dir, runfiles.Now))
	require.NoError(t, o.Save("device", os.DevNull, runfiles.End))
	require.NoError(t, o.SaveBytes("here", nil, runfiles.Now))
	require.NoError(t, os.Symlink(write(t, dir+"/target", "t"), dir+"/link"))
	require.NoError(t, o.Save("link", dir+"/link", runfiles.Now))
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, map[string]string{"here": "", "link": "t"}, o.files())
	require.ErrorIs(t, o.skipped["none"], fs.ErrNotExist)
	require.ErrorIs(t, o.skipped["dir"], runfiles.ErrNotRegular)
	require.ErrorIs(t, o.skipped["device"], runfiles.ErrNotRegular)
	p := o.Progress()
	assert.Equal(t, 3, p.Files-p.Done)
	var missing []string
	for _, f := range o.Missing() {
		missing = append(missing, f.Name)
	}
	assert.Equal(t, []string{"device", "dir", "none"}, missing)
	assert.Zero(t, p.Waiting)
}

func TestSave_NameMatchesIgnoreGlobs_IsSkipped(t *testing.T) {
	t.Parallel()
	o := newOnline(t, func(c *runfiles.Config) { c.IgnoreGlobs = []string{"*.tmp", "requirements.txt", "d/[ab]"} })
	for _, name := range []string{"x.tmp", "requirements.txt", "d/a", "d/c", "d/x.tmp", "wandb-summary.json"} {
		require.NoError(t, o.SaveBytes(name, nil, runfiles.Now))
	}
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, map[string]string{"d/c": "", "d/x.tmp": "", "wandb-summary.json": ""}, o.files())
	assert.ErrorIs(t, o.skipped["requirements.txt"], runfiles.ErrIgnored, "the client's own files too")
}

func TestNew_IgnoreGlobsHaveAnInvalidOne_AllAreIgnored(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	o := newOnline(t, func(c *runfiles.Config) {
		c.IgnoreGlobs, c.Logger = []string{"*.tmp", "["}, slog.New(slog.NewTextHandler(&log, nil))
	})
	assert.Contains(t, log.String(), "WANDB_IGNORE_GLOBS is ignored")
	require.NoError(t, o.SaveBytes("x.tmp", nil, runfiles.Now))
	require.NoError(t, o.Finish(t.Context()))
	assert.Contains(t, o.files(), "x.tmp")
}

func TestUpload_Slots_BoundConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy, most := make(chan struct{}, 100), 0
		w := &wire{}
		w.put = func(put) (int, string) {
			busy <- struct{}{}
			w.mu.Lock()
			most = max(most, len(busy))
			w.mu.Unlock()
			advance(time.Second)
			<-busy
			return 200, ""
		}
		slots := objectstore.NewSlots(3)
		one := newWire(t, w, func(c *runfiles.Config) { c.Slots = slots })
		for name := range strings.SplitSeq("abcdefghij", "") {
			require.NoError(t, one.SaveBytes(name, nil, runfiles.Now))
		}
		require.NoError(t, one.Finish(t.Context()))
		assert.Equal(t, 3, most)
		assert.Equal(t, 4*time.Second, time.Since(w.start))
	})
}

func TestSaveGlob_Names(t *testing.T) {
	t.Parallel()
	o := newOnline(t, func(c *runfiles.Config) { c.IgnoreGlobs = []string{"ckpt/*.tmp"} })
	dir := t.TempDir()
	for _, name := range []string{"ckpt/a.pt", "ckpt/b.pt", "ckpt/c.tmp", "ckpt/deep/d.pt", "ckpt/.hidden"} {
		write(t, filepath.Join(dir, name), name)
	}
	names, err := o.SaveGlob(dir+"/ckpt/*", "", runfiles.Now)
	require.NoError(t, err)
	assert.Equal(t, []string{"ckpt/a.pt", "ckpt/b.pt"}, names, "as with the official client: with the last directory, and without .hidden")
	require.ErrorIs(t, o.skipped["ckpt/deep"], runfiles.ErrNotRegular)
	names, err = o.SaveGlob(dir+"/ckpt/**/*.pt", dir+"/ckpt", runfiles.Now)
	require.NoError(t, err)
	assert.Equal(t, []string{"a.pt", "b.pt", "deep/d.pt"}, names)
	names, err = o.SaveGlob(dir+"/none*", "", runfiles.Now)
	require.NoError(t, err)
	assert.Empty(t, names)
	for _, pattern := range []string{dir + "/../x", dir, dir + "/.."} {
		_, err = o.SaveGlob(pattern, dir, runfiles.Now)
		require.ErrorIs(t, err, runfiles.ErrOutside, pattern)
	}
	_, err = o.SaveGlob(dir+"/[", dir, runfiles.Now)
	require.ErrorIs(t, err, path.ErrBadPattern)
	_, err = o.SaveGlob(dir+"/*", dir, "never")
	require.Error(t, err)
	names, err = o.SaveFS(os.DirFS(dir), "ckpt/deep/*", runfiles.End)
	require.NoError(t, err)
	assert.Equal(t, []string{"ckpt/deep/d.pt"}, names)
	_, err = o.SaveFS(os.DirFS(dir), "../*", runfiles.End)
	require.ErrorIs(t, err, runfiles.ErrOutside)
	require.NoError(t, o.Finish(t.Context()))
	assert.Equal(t, "ckpt/deep/d.pt", o.files()["deep/d.pt"])
	assert.Len(t, o.files(), 6)
}

// lockedFS makes a MapFS safe to change while it is read.
type lockedFS struct {
	mu   sync.Mutex
	fsys fs.FS
}

func (l *lockedFS) do(f func()) { l.mu.Lock(); defer l.mu.Unlock(); f() }

func (l *lockedFS) Open(name string) (f fs.File, err error) {
	l.do(func() { f, err = l.fsys.Open(name) })
	return f, err
}

var errDisk = stderrors.New("disk on fire")
