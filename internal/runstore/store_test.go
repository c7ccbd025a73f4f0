package runstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/rundir"
)

func TestRefresh_RunsAtAnyDepth_AreFound(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	start(t, filepath.Join(root, "a"), "r1").finish(0)
	start(t, filepath.Join(root, "b", "c"), "r2").finish(1)
	hidden := start(t, filepath.Join(root, ".git"), "r3")
	hidden.finish(0)
	require.NoError(t, os.WriteFile(filepath.Join(root, "notes.txt"), nil, 0o600))

	s := open(t, Options{}, root)
	ids := map[string]State{}
	for _, r := range s.Runs() {
		ids[r.Info().ID] = r.Info().State
		assert.Same(t, r, s.Run(r.Key()))
		assert.Regexp(t, `^[A-Za-z0-9_-]+$`, r.Key())
	}
	assert.Equal(t, map[string]State{"r1": Finished, "r2": Failed}, ids)
	require.NoError(t, s.Err())
	assert.Nil(t, s.Run("nothing"))

	for name, path := range map[string]string{
		"a log": hidden.dir.Journal(), "a run": hidden.dir.Path(), "a link": filepath.Join(root, ".git", "wandb", "latest-run"),
	} {
		assert.Equal(t, "r3", only(t, open(t, Options{}, path)).Info().ID, name)
	}
	assert.Equal(t, only(t, open(t, Options{}, hidden.dir.Path())).Key(), only(t, open(t, Options{}, hidden.dir.Journal())).Key())

	require.ErrorIs(t, open(t, Options{}, filepath.Join(root, "missing")).Err(), os.ErrNotExist)
}

func TestRefresh_RunStartsAndIsDeleted_ListFollows(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := start(t, root, "r1")
	first.finish(0)
	s := open(t, Options{}, root)
	before := s.Version()
	start(t, root, "r2").finish(0)
	s.Refresh(t.Context())
	require.Len(t, s.Runs(), 2)
	assert.Greater(t, s.Version(), before)

	require.NoError(t, os.RemoveAll(first.dir.Path()))
	s.searched = time.Time{} // as after a while
	s.Refresh(t.Context())
	assert.Equal(t, "r2", only(t, s).Info().ID)
}

func TestRefresh_DirectoryOfOneRun_RunsBesideItAreNotShown(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	shared := start(t, root, "shared")
	shared.finish(0)
	start(t, root, "private").finish(0)
	for _, path := range []string{shared.dir.Path(), shared.dir.Journal()} {
		s := open(t, Options{}, path)
		start(t, root, filepath.Base(path)+"-later").finish(0)
		for range 2 {
			s.Refresh(t.Context())
			assert.Equal(t, "shared", only(t, s).Info().ID)
		}
	}
}

func TestWatch_LogGrows_WaitReturns(t *testing.T) {
	t.Parallel()
	l := start(t, t.TempDir(), "r1")
	l.row("")
	l.flush()
	s := Open([]string{filepath.Dir(l.dir.Path())}, Options{Poll: time.Millisecond})
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Watch(ctx)
	}()
	version := int64(0)
	for rows := 1; rows <= 3; rows++ {
		for version = s.Wait(ctx, version); len(s.Runs()) == 0 || s.Runs()[0].Info().Rows < rows; {
			version = s.Wait(ctx, version)
		}
		assert.Equal(t, Running, s.Runs()[0].Info().State)
		l.row("")
		l.flush()
	}
	cancel()
	<-done
	assert.Equal(t, s.Version(), s.Wait(ctx, s.Version()), "the context has ended")
}

func TestRefresh_MemoryIsShort_DropsWhatWasNotUsed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for i := range 3 {
		l := start(t, root, fmt.Sprint("r", i))
		for range 100 {
			l.row("")
		}
		l.finish(0)
	}
	s := Open([]string{root}, Options{})
	t.Cleanup(s.Close)
	s.memory = 1
	s.Refresh(t.Context())
	for _, r := range s.Runs() {
		assert.Zero(t, r.parts[0].bytes(), "nothing was used")
		_, ys := points(t, r, History, KeyStep, "loss")
		require.Len(t, ys, 100)
		assert.InDelta(t, 99.0/8, ys[99], 0)
		assert.Positive(t, r.parts[0].bytes())
	}
	s.trim()
	kept := 0
	for _, r := range s.Runs() {
		if r.parts[0].bytes() > 0 {
			kept++
		}
	}
	assert.Equal(t, 1, kept, "the last used one")
}

func TestTrimCache_TooMuch_DeletesTheOldest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, name := range []string{"old.index", "new.index", "other"} {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, f.Truncate(maxCache*3/4)) // takes no room
		require.NoError(t, f.Close())
		require.NoError(t, os.Chtimes(path, noon, noon.Add(time.Duration(i)*time.Hour)))
	}
	trimCache(dir)
	assert.NoFileExists(t, filepath.Join(dir, "old.index"))
	assert.FileExists(t, filepath.Join(dir, "new.index"))
	assert.FileExists(t, filepath.Join(dir, "other"))
}

func TestKeyOf_OneLogByTwoWays_IsOneRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "r1")
	l.finish(0)
	s := open(t, Options{}, root, l.dir.Path(), filepath.Join(root, "wandb", "latest-run"))
	assert.Equal(t, keyOf(rundir.Of(l.dir.Journal()).Journal()), only(t, s).Key())
}
