//go:build unix && !solaris && !aix

package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
)

// A child process that is being started has the file, too, until it executes.
func TestPart_FileIsOpenElsewhere_NextExportGetsIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "all.csv.part")
	p, err := openPart(path, "all")
	require.NoError(t, err)
	require.NoError(t, p.add("r1", api.Row{"_step": int64(0), "loss": 0.5}))
	require.NoError(t, p.add("r1", api.Row{"_step": int64(1), "loss": 0.5}))
	_, err = openPart(path, "all")
	require.ErrorContains(t, err, "is being written by another export")
	inherited, err := syscall.Dup(int(p.file.Fd()))
	require.NoError(t, err)
	defer syscall.Close(inherited)
	p.close()
	next, err := openPart(path, "all")
	require.NoError(t, err)
	assert.Equal(t, 1, next.rows, "those of the last step are read again")
	next.close()
}
