package syncrun_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// artifacts takes the artifacts of a run: "name: content content …".
type artifacts struct {
	mu      sync.Mutex
	got     []string
	refuses string // a name
}

func (a *artifacts) Submit(rec *record.Artifact) func(context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if rec.Name == a.refuses {
		return func(context.Context) (string, error) { return "", errors.ErrViewerRole }
	}
	text := rec.Name + ":"
	for _, e := range rec.Manifest.Entries {
		content, err := os.ReadFile(e.LocalPath)
		if err != nil {
			return func(context.Context) (string, error) { return "", err }
		}
		text += " " + string(content)
	}
	a.got = append(a.got, text)
	return func(context.Context) (string, error) { return "id", nil }
}

func (a *artifacts) Progress() sink.ArtifactProgress { return sink.ArtifactProgress{} }
func (a *artifacts) Close()                          {}

// copied puts a file where a live run copies it, and returns an artifact with it.
func copied(t *testing.T, dir, name, content string) *record.Artifact {
	t.Helper()
	path := filepath.Join(dir, "artifacts", name, "0")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return &record.Artifact{Name: name, Type: "model", ClientID: name, Finalize: true, Manifest: manifest.New("", []record.ArtifactEntry{{Path: "f", LocalPath: path}})}
}

// A process that continues a run sends the rows of earlier ones, and leaves artifacts, which
// may take hours, to a sync.
func TestSync_WithoutArtifacts_LeavesThemToAnother(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"with new rows": false, "with nothing new": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			dir := filepath.Join(root, "run-x")
			require.NoError(t, os.Mkdir(dir, 0o755))
			path := writeLog(t, root, "run-x", ours, bodies(some(runBody()), rowsOf(0, 4), some(copied(t, dir, "a", "1"), &record.Exit{}))...)
			s := newServer()
			runs := 1
			if again {
				runs = 2
			}
			for range runs {
				r := syncOnly(t, s, syncrun.Options{}, path)[0]
				require.NoError(t, r.Err)
				require.Len(t, r.Warnings, 1)
				assert.Contains(t, r.Warnings[0], "1 artifact is not uploaded yet; to upload: wandgo sync ")
			}
			assert.Empty(t, s.artifacts.got)
			logs, err := syncrun.Find(path)
			require.NoError(t, err)
			assert.False(t, logs[0].Acknowledged(sink.Target{BaseURL: "http://server"}), "the log is not synced")
			require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
			assert.Equal(t, []string{"a: 1"}, s.artifacts.got)
			assert.Equal(t, []int64{0, 1, 2, 3}, s.steps(t))
		})
	}
}

// An artifact is sent once, by the live run or by a sync, even if the sync is repeated.
func TestSync_Artifacts_AreSentOnce(t *testing.T) {
	t.Parallel()
	note := func(done ...int64) *rundir.Uploaded {
		return &rundir.Uploaded{Entity: "acme", Project: "p", StorageID: "storage-id", BaseURL: "http://server", Artifacts: done}
	}
	for _, tt := range []struct {
		name    string
		dir     string
		on      bool // the server has the run
		note    *rundir.Uploaded
		refuses string
		want    []string
		again   []string // sent by another sync
	}{
		{name: "of an offline run", dir: "offline-run-x", want: []string{"a: 1", "b: 2", "c: 3"}},
		{name: "of a run that was killed in its first upload", dir: "run-x", on: true, note: note(), want: []string{"a: 1", "b: 2", "c: 3"}},
		{name: "of a run that was killed in its last upload", dir: "run-x", on: true, note: note(1, 0), want: []string{"c: 3"}},
		{name: "that the server has", dir: "run-x", on: true, note: note(0, 1, 2)},
		{name: "one of them refused", dir: "run-x", on: true, note: note(), refuses: "b", want: []string{"a: 1", "c: 3"}, again: []string{"b: 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			dir := filepath.Join(root, tt.dir)
			require.NoError(t, os.Mkdir(dir, 0o755))
			list := some(copied(t, dir, "a", "1"), copied(t, dir, "b", "2"), copied(t, dir, "c", "3"))
			path := writeLog(t, root, tt.dir, ours, bodies(some(runBody()), rowsOf(0, 4), list, some(&record.Exit{}))...)
			s := newServer()
			s.artifacts.refuses = tt.refuses
			if tt.on {
				rows := writeLog(t, t.TempDir(), "run-y", ours, bodies(some(runBody()), rowsOf(0, 4), some(&record.Exit{}))...)
				require.NoError(t, syncPaths(t, s, syncrun.Options{}, rows)[0].Err)
			}
			if tt.note != nil {
				require.NoError(t, rundir.Of(path).SaveUploaded(*tt.note))
			}
			r := syncPaths(t, s, syncrun.Options{}, path)[0]
			if tt.refuses == "" {
				require.NoError(t, r.Err)
			} else {
				require.ErrorIs(t, r.Err, errors.ErrViewerRole)
			}
			assert.Equal(t, tt.want, s.artifacts.got)
			assert.Equal(t, len(tt.want), r.Artifacts)

			s.artifacts.refuses, s.artifacts.got = "", nil
			require.NoError(t, syncPaths(t, s, syncrun.Options{}, path)[0].Err)
			assert.Equal(t, tt.again, s.artifacts.got)
			if tt.note == nil {
				left, _ := os.ReadDir(filepath.Join(dir, "artifacts"))
				assert.Empty(t, left, "copies that the server has are deleted")
			}
		})
	}
}

func TestSync_FilesOfAnArtifact_AreOnlyThoseThatTheRunLogged(t *testing.T) {
	t.Parallel()
	key, staging, outside := secret.New("notakey-1"), t.TempDir(), t.TempDir()
	file := func(dir string) string {
		path := filepath.Join(dir, "f")
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		return path
	}
	for _, tt := range []struct {
		name  string
		setup func(t *testing.T, dir string) (local string)
		noted bool
		warns string
	}{
		{name: "moved with the directory", setup: func(t *testing.T, dir string) string {
			t.Helper()
			a := copied(t, dir, "a", "x")
			return strings.Replace(a.Manifest.Entries[0].LocalPath, dir, "/where/it/was/run-x", 1)
		}},
		{name: "staged by the official client", setup: func(*testing.T, string) string { return file(staging) }},
		{name: "noted with the key", setup: func(*testing.T, string) string { return file(outside) }, noted: true},
		{name: "beside the program", setup: func(_ *testing.T, dir string) string { return file(filepath.Dir(filepath.Dir(dir))) }},
		{name: "somebody's file", setup: func(*testing.T, string) string { return file(outside) }, warns: "it is not known that the run logged it"},
		{name: "gone", setup: func(*testing.T, string) string { return "/no/such/file" }, warns: "no such file"},
		{name: "a link out of the directory", setup: func(t *testing.T, dir string) string {
			t.Helper()
			path := copied(t, dir, "a", "x").Manifest.Entries[0].LocalPath
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink(file(outside), path))
			return path
		}, warns: "it is not known that the run logged it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := filepath.Join(t.TempDir(), "wandb")
			dir := filepath.Join(root, "run-x")
			require.NoError(t, os.MkdirAll(dir, 0o755))
			a := &record.Artifact{Name: "a", ClientID: "c", Manifest: manifest.New("", []record.ArtifactEntry{{Path: "f", LocalPath: tt.setup(t, dir)}})}
			path := writeLog(t, root, "run-x", ours, bodies(some(runBody()), rowsOf(0, 1), some(a, &record.Exit{}))...)
			if tt.noted {
				require.NoError(t, rundir.Of(path).AddArtifact(key, a))
			}
			s := newServer()
			r := syncPaths(t, s, syncrun.Options{Key: key, Staging: staging}, path)[0]
			require.NoError(t, r.Err)
			if tt.warns == "" {
				assert.Equal(t, []string{"a: x"}, s.artifacts.got)
				assert.Empty(t, r.Warnings)
				return
			}
			assert.Empty(t, s.artifacts.got)
			require.Len(t, r.Warnings, 1)
			assert.Contains(t, r.Warnings[0], tt.warns)
		})
	}
}

// An artifact with very many entries has them in a file beside the log.
func TestSync_EntriesInAFile_AreUploaded(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "run-x")
	require.NoError(t, os.Mkdir(dir, 0o755))
	a := copied(t, dir, "a", "x")
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	require.NoError(t, manifest.EncodeLines(w, a.Manifest.Entries))
	require.NoError(t, w.Close())
	a.Manifest.EntriesFile, a.Manifest.Entries = filepath.Join(dir, "artifacts", "a", "entries.jl.gz"), nil
	require.NoError(t, os.WriteFile(a.Manifest.EntriesFile, b.Bytes(), 0o600))
	path := writeLog(t, root, "run-x", ours, bodies(some(runBody()), rowsOf(0, 1), some(a, &record.Exit{}))...)
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, []string{"a: x"}, s.artifacts.got)
	assert.NoDirExists(t, filepath.Join(dir, "artifacts", "a"))
}
