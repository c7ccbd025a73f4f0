//go:build unix

package rundir

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A read from the pipe would wait for a writer that never comes.
func TestLoad_PipeInPlaceOfNote_ReportsNone(t *testing.T) {
	t.Parallel()
	d, err := Create(t.TempDir(), "abc", true, time.Now())
	require.NoError(t, err)
	require.NoError(t, syscall.Mkfifo(d.Journal()+".uploaded", 0o600))
	require.NoError(t, syscall.Mkfifo(filepath.Join(d.Path(), "refusal.json"), 0o600))
	_, ok := d.LoadUploaded()
	assert.False(t, ok)
	assert.Nil(t, d.LoadRefusal())
}

// A run's directory may come from somebody else, and what is written beside the log must
// not change other files.
func TestSave_LinksInPlaceOfNotes_TargetStaysUnchanged(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d, err := Create(root, "abc", true, time.Now())
	require.NoError(t, err)
	precious := filepath.Join(root, "precious")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	for _, name := range []string{d.Journal() + ".synced", d.Journal() + ".uploaded", d.Journal() + ".uploaded.tmp", filepath.Join(d.Path(), "refusal.json.tmp")} {
		require.NoError(t, os.Symlink(precious, name))
	}
	require.NoError(t, d.MarkSynced())
	require.NoError(t, d.SaveUploaded(Uploaded{Done: true}))
	require.NoError(t, d.SaveRefusal([]byte(`{}`)))
	text, err := os.ReadFile(precious)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
	assert.True(t, d.Synced())
}
