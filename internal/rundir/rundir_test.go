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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)

func TestCreate(t *testing.T) {
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

func TestIDCannotLeaveTheDirectory(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := Create(root, "../../evil\n", true, noon)
	require.NoError(t, err)
	assert.Equal(t, root, filepath.Dir(d.Path()))
	assert.Equal(t, d.Path(), filepath.Dir(d.Journal()))
}

func TestNotes(t *testing.T) {
	t.Parallel()
	d, err := Create(t.TempDir(), "abc", true, noon)
	require.NoError(t, err)
	assert.False(t, d.Synced())
	require.NoError(t, d.MarkSynced())
	assert.True(t, d.Synced())

	_, ok := d.LoadUploaded()
	assert.False(t, ok)
	u := Uploaded{Base: Lines{History: 3}, History: 10, Alerts: []int64{1, 4}, Entity: "acme", Project: "vision", BaseURL: "http://x"}
	require.NoError(t, d.SaveUploaded(u))
	got, ok := d.LoadUploaded()
	assert.True(t, ok)
	assert.Equal(t, u, got)
	require.NoError(t, os.WriteFile(d.Journal()+".uploaded", []byte("{torn"), 0o600))
	_, ok = d.LoadUploaded()
	assert.False(t, ok)

	assert.Nil(t, d.LoadRefusal())
	require.NoError(t, d.SaveRefusal(json.RawMessage(`{"cause":"x"}`)))
	assert.JSONEq(t, `{"cause":"x"}`, string(d.LoadRefusal()))
	require.NoError(t, d.ClearRefusal())
	require.NoError(t, d.ClearRefusal(), "there is none")
	assert.Nil(t, d.LoadRefusal())
}

func TestNoRoom(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Create(file, "abc", true, noon)
	require.ErrorContains(t, err, "make run directory")
	d := &Dir{path: filepath.Join(file, "x"), id: "abc"}
	require.Error(t, d.MarkSynced())
	require.Error(t, d.SaveUploaded(Uploaded{}))
}
