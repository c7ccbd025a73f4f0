package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

func TestBoardExport_Run_IsOneFile(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	d := boardRun(t, i.dir, "r1")
	r := i.run(t, "board", "export", d.Path(), "-o", "r.html")
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^1 run \(.* kB\) in r\.html\n$`, r.stdout)
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

func TestBoardExport_UnreadableLog_IsReported(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	bad, good := boardRun(t, i.dir, "bad"), boardRun(t, i.dir, "good")
	require.NoError(t, os.WriteFile(bad.Journal(), []byte("a text of at least the size of a header"), 0o600))
	r := i.run(t, "board", "export", bad.Path(), good.Path())
	assert.Zero(t, r.status, "as wandgo ls: the other runs are in the report")
	assert.Equal(t, "wandgo board: "+bad.Path()+": read journal: not a wandb transaction log\n", r.stderr)
	assert.Contains(t, r.stdout, "2 runs (")
}

func TestBoardExport_LargeMedia_SaysWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	d, err := rundir.Create(filepath.Join(i.dir, "wandb"), "r1", false, time.Now())
	require.NoError(t, err)
	w, err := journal.Create(d.Journal(), journal.Options{})
	require.NoError(t, err)
	require.NoError(t, w.AppendRow(&record.Row{Line: []byte(`{"film":{"_type":"video-file","path":"film.mp4"}}`)}))
	require.NoError(t, w.Close())
	film := filepath.Join(d.Files(), "film.mp4")
	require.NoError(t, os.MkdirAll(d.Files(), 0o700))
	require.NoError(t, os.WriteFile(film, nil, 0o600))
	require.NoError(t, os.Truncate(film, 9_000_000))
	r := i.run(t, "board", "export", d.Path())
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "wandgo board: 1 file of media and tables (9.0 MB) not in the report: it holds files up to 8.0 MB, and up to 32.0 MB in all\n", r.stderr)
}
