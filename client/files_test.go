package client_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestSaveRejects: what cannot be saved is told where it is asked for.
func TestSaveRejects(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	for name, save := range map[string]func() ([]string, error){
		"outside":           func() ([]string, error) { return run.SaveFile("../x", "", client.SaveNow) },
		"outside of an FS":  func() ([]string, error) { return run.SaveFS(os.DirFS(dir), "../x", client.SaveNow) },
		"no policy":         func() ([]string, error) { return run.SaveFile("x", "", "bogus") },
		"no pattern":        func() ([]string, error) { return run.SaveFile("[", "", client.SaveNow) },
		"no pattern for FS": func() ([]string, error) { return run.SaveFS(os.DirFS(dir), "[", client.SaveNow) },
		"a directory":       func() ([]string, error) { return run.SaveFile(filepath.Join(dir, "sub"), dir, client.SaveNow) },
	} {
		names, err := save()
		require.ErrorIs(t, err, errors.ErrInvalidInput, name)
		_, ok := errors.AsType[*errors.InputError](err)
		assert.True(t, ok, name)
		assert.Empty(t, names, name)
	}
	require.NoError(t, run.Finish(t.Context()))
	_, err = run.SaveFile(filepath.Join(dir, "nothing*"), dir, client.SaveNow)
	require.ErrorIs(t, err, errors.ErrRunFinished, "whatever it would have matched")
}

// TestFinish_SavedFileDeleted_RestIsStored: a file is gone when its turn comes. An online run
// names it and uploads all else; an offline run has a copy.
func TestFinish_SavedFileDeleted_RestIsStored(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"online", "offline"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.Mode(mode)})
			require.NoError(t, err)
			files := &changingFS{fsys: fstest.MapFS{"stays": {}, "goes": {Data: []byte("g")}}}
			_, err = run.SaveFS(files, "*", client.SaveAtEnd)
			require.NoError(t, err)
			files.set(fstest.MapFS{"stays": {Data: []byte("s")}})
			err = run.Finish(t.Context())
			if mode == "offline" { // the run's directory has it as it was when it was saved
				require.NoError(t, err)
				report := synced(t, c, client.SyncOptions{}, run.Dir())
				assert.Empty(t, report.Runs[0].MissingFiles)
				files := onServer(t, s, "acme", "team", run.ID()).Files
				assert.Equal(t, "s", string(files["stays"]))
				assert.Equal(t, "g", string(files["goes"]))
				return
			}
			require.ErrorIs(t, err, fs.ErrNotExist)
			assert.Contains(t, err.Error(), "goes")
			assert.NotContains(t, err.Error(), "stays")
			assert.True(t, onDisk(t, run.Dir()).Dir.Synced())
			require.NoError(t, run.Err())
			v := onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, "s", string(v.Files["stays"]))
			assert.Equal(t, "finished", v.State)
		})
	}
}

// changingFS is replaced by another under way.
type changingFS struct {
	mu   sync.Mutex
	fsys fs.FS
}

func (c *changingFS) set(fsys fs.FS) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fsys = fsys
}

func (c *changingFS) Open(name string) (fs.File, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fsys.Open(name)
}

// TestSaveWhileFinishing: whoever saves meanwhile is told that it is too late.
func TestSaveWhileFinishing(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	var all sync.WaitGroup
	var saved atomic.Int32
	begun := make(chan struct{}, 8)
	for g := range cap(begun) {
		all.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("f%d-%d", g, i)
				if _, err := run.SaveFS(fstest.MapFS{name: {}}, name, client.SaveNow); err != nil {
					assert.ErrorIs(t, err, errors.ErrRunFinished)
					return
				}
				if saved.Add(1); i == 0 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range cap(begun) {
		<-begun
	}
	require.NoError(t, run.Finish(t.Context()))
	all.Wait()
	assert.GreaterOrEqual(t, len(onServer(t, s, "acme", "team", run.ID()).Files), int(saved.Load()))
}

// TestSaveLive: a file that changes after it was uploaded is uploaded again.
func TestSaveLive(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly, at(briefly))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	files := &changingFS{fsys: fstest.MapFS{"live": {Data: []byte("early")}, "now": {Data: []byte("early")}}}
	_, err = run.SaveFS(files, "live", client.SaveLive)
	require.NoError(t, err)
	_, err = run.SaveFS(files, "now", client.SaveNow)
	require.NoError(t, err)
	_, err = s.WaitRun(t.Context(), "acme", "team", run.ID(), func(v wandbtest.RunView) bool { return len(v.Files["live"]) > 0 && len(v.Files["now"]) > 0 })
	require.NoError(t, err)
	files.set(fstest.MapFS{"live": {Data: []byte("and later")}, "now": {Data: []byte("and later")}})
	require.NoError(t, run.Finish(t.Context()))
	v := onServer(t, s, "acme", "team", run.ID())
	assert.Equal(t, "and later", string(v.Files["live"]))
	assert.Equal(t, "early", string(v.Files["now"]))
}

// TestSaveFile_LiteralNameWithBrackets_SavesThatFile: a name that exists is that file, and
// not a pattern that matches another or none.
func TestSaveFile_LiteralNameWithBrackets_SavesThatFile(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]string{"[0.5].txt": "0.txt", "lr[0.5].pt": "lr0.pt", "what?.txt": "whats.txt", "a*b": "axb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := wandbtest.New(t, everybody())
			c := newClient(t, s, key("member"), quickly)
			run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
			require.NoError(t, err)
			dir := t.TempDir()
			for _, file := range []string{name, other} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(file), 0o600))
			}
			names, err := run.SaveFile(filepath.Join(dir, name), dir, client.SaveNow)
			require.NoError(t, err)
			assert.Equal(t, []string{name}, names)
			require.NoError(t, run.Finish(t.Context()))
			v := onServer(t, s, "acme", "team", run.ID())
			assert.Equal(t, name, string(v.Files[name]))
			assert.NotContains(t, v.Files, other)
		})
	}
}
