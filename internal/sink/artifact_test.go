package sink

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
)

// artifact copies a file as a session does, and returns the record with it.
func artifact(t *testing.T, b *Both, name string) (rec *record.Artifact, dir string) {
	t.Helper()
	dir, err := b.CopyDir(name)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, "0")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
	return &record.Artifact{Name: name, ClientID: name, Manifest: manifest.New("", []record.ArtifactEntry{{Path: "f", LocalPath: path}})}, dir
}

// logged are the names of the artifacts in the log, with their numbers of entries.
func logged(t *testing.T, path string) map[string]int {
	t.Helper()
	r, err := journal.Open(path)
	require.NoError(t, err)
	defer r.Close()
	got := map[string]int{}
	_, err = journal.Replay(r, &journal.Handler{Artifact: func(a *record.Artifact) error {
		got[a.Name] = len(a.Manifest.Entries)
		return nil
	}})
	require.NoError(t, err)
	return got
}

func TestArtifact_OfflineRun_WaitsOnDisk(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
	require.NoError(t, b.OpenDisk())
	rec, dir := artifact(t, b, "net")
	u, err := b.Artifact(rec, dir, nil)
	require.NoError(t, err)
	_, err = u.Wait(t.Context())
	require.ErrorIs(t, err, ErrOffline)
	many, dir := artifact(t, b, "many")
	many.Manifest.Entries = make([]record.ArtifactEntry, maxLogged+1)
	_, err = b.Artifact(many, dir, nil)
	require.NoError(t, err)
	_, err = b.Finish(t.Context(), &Ending{})
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"net": 1, "many": 0}, logged(t, b.disk.dir.Journal()))
	assert.FileExists(t, rec.Manifest.Entries[0].LocalPath)
	assert.FileExists(t, filepath.Join(dir, "entries.jl.gz"))
	_, err = b.Artifact(rec, dir, nil)
	require.ErrorIs(t, err, errors.ErrRunFinished)
}

func TestArtifact_NoDisk_CopiesAreInTheTemporaryDirectory(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
	b.cfg.Disk.TempDir = t.TempDir()
	cause := errors.New("refused")
	rec, dir := artifact(t, b, "net")
	assert.Equal(t, b.cfg.Disk.TempDir, filepath.Dir(filepath.Dir(dir)))
	b.Unpersisted(cause)
	_, err := b.Artifact(rec, dir, nil)
	require.ErrorIs(t, err, cause)
	b.RemoveCopies(dir)
	left, _ := os.ReadDir(b.cfg.Disk.TempDir)
	assert.Empty(t, left)
}

func TestArtifact_SyncedLog_HasNoArtifactWithoutItsCopies(t *testing.T) {
	t.Parallel()
	for name, sync := range map[string]journal.SyncPolicy{"interval": journal.SyncInterval, "always": journal.SyncAlways} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var warned []string
			b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
			b.cfg.Disk.Journal.Sync = sync
			require.NoError(t, b.OpenDisk())
			whole, dir := artifact(t, b, "whole")
			_, err := b.Artifact(whole, dir, nil)
			require.NoError(t, err)
			gone, dir := artifact(t, b, "gone")
			require.NoError(t, os.Remove(gone.Manifest.Entries[0].LocalPath))
			_, err = b.Artifact(gone, dir, nil)
			require.ErrorIs(t, err, fs.ErrNotExist, "it cannot be synced")
			_, err = b.Finish(t.Context(), &Ending{})
			require.NoError(t, err)
			assert.Equal(t, map[string]int{"whole": 1}, logged(t, b.disk.dir.Journal()))
		})
	}
}

func TestRemoveCopies_AnotherIsBeingStaged_ItsParentStays(t *testing.T) {
	t.Parallel()
	var warned []string
	b := online(t, &warned)
	one, err := b.CopyDir("one")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(one, 0o755))
	two, err := b.CopyDir("two") // not made yet, but its parent has been seen
	require.NoError(t, err)
	b.RemoveCopies(one)
	require.NoError(t, os.Mkdir(two, 0o755))
	b.RemoveCopies(two)
	assert.NoDirExists(t, filepath.Dir(two))
}

func TestTakeRoom_LimitCoversAllArtifactsUntilTheirCopiesAreRemoved(t *testing.T) {
	t.Parallel()
	var warned []string
	b := offline(filepath.Join(t.TempDir(), "wandb"), &warned)
	one, two := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
	require.NoError(t, b.TakeRoom(one, 60, 0), "no limit, and counted")
	require.NoError(t, b.TakeRoom(two, 30, 100))
	require.NoError(t, b.TakeRoom(two, 10, 100))
	require.ErrorContains(t, b.TakeRoom(two, 1, 100), "exceed the limit of 100 bytes")
	b.RemoveCopies(one)
	require.NoError(t, b.TakeRoom(two, 60, 100))
	require.Error(t, b.TakeRoom(two, 1, 100))
}

// uploads are answered by a test.
type uploads struct {
	mu      sync.Mutex
	results map[string]chan error
}

func (u *uploads) result(name string) chan error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.results == nil {
		u.results = map[string]chan error{}
	}
	if u.results[name] == nil {
		u.results[name] = make(chan error, 1)
	}
	return u.results[name]
}

func (u *uploads) Submit(a *record.Artifact) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		select {
		case err := <-u.result(a.Name):
			return "id of " + a.Name, err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

func (u *uploads) Progress() ArtifactProgress { return ArtifactProgress{Of: len(u.results)} }
func (u *uploads) Close()                     {}

func (u *uploads) start() ArtifactUploads { return u }

// online makes a Both that has a server, to which nothing is sent.
func online(t *testing.T, warned *[]string) *Both {
	t.Helper()
	b := offline(filepath.Join(t.TempDir(), "wandb"), warned)
	require.NoError(t, b.OpenDisk())
	b.server = NewServer(ServerConfig{})
	t.Cleanup(func() {
		b.server.Close()
		_ = b.disk.writer.Close()
	})
	return b
}

func TestArtifact_Stored_IsNotedAndItsCopiesAreDeleted(t *testing.T) {
	t.Parallel()
	var warned []string
	u := &uploads{}
	b := online(t, &warned)
	var got []*ArtifactUpload
	for _, name := range []string{"a", "b"} {
		rec, dir := artifact(t, b, name)
		up, err := b.Artifact(rec, dir, u.start)
		require.NoError(t, err)
		got = append(got, up)
	}
	u.result("b") <- nil
	id, err := got[1].Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "id of b", id)
	note, _ := b.disk.dir.LoadUploaded()
	assert.Equal(t, []int64{1}, note.Artifacts)
	assert.NoDirExists(t, got[1].dir)
	assert.DirExists(t, got[0].dir)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = got[0].Wait(ctx)
	require.ErrorIs(t, err, context.Canceled, "the caller's time ended")
	require.ErrorIs(t, b.finishArtifacts(ctx), context.Canceled)
	assert.DirExists(t, got[0].dir, "a sync uploads it")
	assert.Equal(t, map[string]int{"a": 1, "b": 1}, func() map[string]int {
		require.NoError(t, b.disk.writer.Close())
		return logged(t, b.disk.dir.Journal())
	}())
}

func TestArtifact_FileIsGone_IsReportedAtOnceAndByFinish(t *testing.T) {
	t.Parallel()
	var warned []string
	u := &uploads{}
	b := online(t, &warned)
	lost := make(chan error, 1)
	b.cfg.OnLost = func(err error) { lost <- err }
	rec, dir := artifact(t, b, "net")
	up, err := b.Artifact(rec, dir, u.start)
	require.NoError(t, err)
	u.result("net") <- os.ErrNotExist
	require.ErrorIs(t, <-lost, os.ErrNotExist)
	_, err = up.Wait(t.Context())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "log artifact net")
	require.ErrorIs(t, b.Err(), os.ErrNotExist)
	require.Len(t, warned, 1)
	assert.Contains(t, warned[0], "artifact")
	require.ErrorIs(t, b.finishArtifacts(t.Context()), os.ErrNotExist)
}

func TestCountedFrom_IndexesBeforeAreDropped(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []int64{0, 3}, countedFrom([]int64{1, 2, 5, 4}[1:3], 2))
	assert.Nil(t, countedFrom([]int64{0, 1}, 2))
}
