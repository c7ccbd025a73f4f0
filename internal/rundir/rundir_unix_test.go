//go:build unix

package rundir

import (
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
