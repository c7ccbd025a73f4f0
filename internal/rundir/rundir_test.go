package rundir

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/internal/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)

func TestCreate_NameTaken_AddsANumber(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "wandb")
	a, err := Create(root, "abc", true, noon)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(root, "run-20261123_120000-abc"), a.Path())
	assert.Equal(t, filepath.Join(a.Path(), "run-abc.wandb"), a.Journal())
	assert.DirExists(t, a.Files())
	assert.False(t, a.Offline())

	b, err := Create(root, "abc", false, noon)
	require.NoError(t, err)
	assert.Equal(t, "offline-run-20261123_120000-abc", filepath.Base(b.Path()))
	assert.True(t, b.Offline())

	again, err := Create(root, "abc", true, noon)
	require.NoError(t, err, "two processes, one id, one second")
	assert.Equal(t, a.Path()+"-2", again.Path())
	latest, err := os.Readlink(filepath.Join(root, "latest-run"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Base(again.Path()), latest)

	assert.Equal(t, a, Of(a.Journal()), "a directory is found again by its log")
}

func TestCreate_IDWithSlashes_StaysInTheRoot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := Create(root, "../../evil\n", true, noon)
	require.NoError(t, err)
	assert.Equal(t, root, filepath.Dir(d.Path()))
	assert.Equal(t, d.Path(), filepath.Dir(d.Journal()))
}

func TestDir_StoredState_IsLoaded(t *testing.T) {
	t.Parallel()
	d, err := Create(t.TempDir(), "abc", true, noon)
	require.NoError(t, err)
	assert.False(t, d.Synced())
	require.NoError(t, d.MarkSynced())
	assert.True(t, d.Synced())

	_, ok := d.LoadUploaded()
	assert.False(t, ok)
	u := Uploaded{Base: record.Lines{History: 3}, History: 10, Alerts: []int64{1, 4}, Entity: "acme", Project: "vision", BaseURL: "http://x"}
	require.NoError(t, d.SaveUploaded(u))
	got, ok := d.LoadUploaded()
	assert.True(t, ok)
	assert.Equal(t, u, got)
	require.NoError(t, os.WriteFile(d.Journal()+".uploaded", []byte("{torn"), 0o600))
	_, ok = d.LoadUploaded()
	assert.False(t, ok)

	// On a full disk there is no room for a second file.
	require.NoError(t, os.MkdirAll(filepath.Join(d.Journal()+".uploaded.tmp", "in-the-way"), 0o700))
	u.Done, u.Bytes = true, 7
	require.NoError(t, d.SaveUploaded(u))
	got, ok = d.LoadUploaded()
	assert.True(t, ok)
	assert.Equal(t, u, got)

	assert.Nil(t, d.LoadRefusal())
	require.NoError(t, d.SaveRefusal(json.RawMessage(`{"cause":"x"}`)))
	assert.JSONEq(t, `{"cause":"x"}`, string(d.LoadRefusal()))
	require.NoError(t, d.ClearRefusal())
	require.NoError(t, d.ClearRefusal(), "there is none")
	assert.Nil(t, d.LoadRefusal())
}

func TestDir_CannotWrite_ReturnsError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Create(file, "abc", true, noon)
	require.ErrorContains(t, err, "create run directory")
	d := Of(filepath.Join(file, "x", "run-abc.wandb"))
	require.Error(t, d.MarkSynced())
	require.Error(t, d.SaveUploaded(Uploaded{}))
}

func TestOf_PathThroughLink_IsTheSameDirectory(t *testing.T) {
	t.Parallel()
	d, err := Create(filepath.Join(t.TempDir(), "wandb"), "abc", false, noon)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.Journal(), nil, 0o600))
	latest := Of(filepath.Join(filepath.Dir(d.Path()), "latest-run", "run-abc.wandb"))
	assert.Equal(t, d, latest)
	assert.True(t, latest.Offline())
	assert.True(t, latest.Named())
	assert.Equal(t, "abc", latest.RunID())
	assert.True(t, noon.Equal(latest.Started()))

	alone := Of(filepath.Join(t.TempDir(), "copy.wandb"))
	assert.False(t, alone.Named())
	assert.Empty(t, alone.RunID())
	assert.True(t, alone.Started().IsZero())
	assert.Equal(t, "copy.wandb", filepath.Base(alone.Journal()))
	assert.Equal(t, "r-1", Of(filepath.Join("run-20261123_120000-r-1", "copy.wandb")).RunID())
}

func TestAddFile_Twice_ReplacesTheFile(t *testing.T) {
	t.Parallel()
	d, err := Create(t.TempDir(), "abc", true, noon)
	require.NoError(t, err)
	for _, text := range []string{"one", "two"} {
		require.NoError(t, d.AddFile("a.txt", []byte(text)))
		got, err := os.ReadFile(filepath.Join(d.Files(), "a.txt"))
		require.NoError(t, err)
		assert.Equal(t, text, string(got))
	}
	entries, err := os.ReadDir(d.Files())
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
