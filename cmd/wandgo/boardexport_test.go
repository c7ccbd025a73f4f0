package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBoardExport_Run_IsOneFile(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	d := boardRun(t, i.dir, "r1")
	r := i.run(t, "board", "export", d.Path(), "-o", "r.html")
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^1 run \(.* KB\) in r\.html\n$`, r.stdout)
	page, err := os.ReadFile(filepath.Join(i.dir, "r.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), `"mode":"export"`)
	r = i.run(t, "board", "export", d.Path(), "-o", "-")
	assert.Equal(t, string(page), r.stdout)

	assert.Equal(t, exitUsage, i.run(t, "board", "export").status)
	assert.Equal(t, 33, i.run(t, "board", "export", "missing").status)
	assert.Equal(t, 33, i.run(t, "board", "export", t.TempDir()).status)
	assert.Equal(t, exitInternal, i.run(t, "board", "export", d.Path(), "-o", "no/such/dir/x.html").status)
}
