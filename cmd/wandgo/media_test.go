package main

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

func TestInspect_Media_FilesAreCopied(t *testing.T) {
	t.Parallel()
	i := in(t, nil)
	c, err := client.New(client.Options{Dir: i.dir, Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"a/pred": media.Image(image.NewGray(image.Rect(0, 0, 2, 2))), "page": media.HTML("x")}))
	require.NoError(t, run.Finish(t.Context()))
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(run.Dir(), "files", "media", "link")))

	to := filepath.Join(t.TempDir(), "out")
	r := i.run(t, "inspect", "--media", to, run.Dir())
	require.Zero(t, r.status, r.stderr)
	assert.Regexp(t, `^media/html/page_0_\w{20}\.html\nmedia/images/a/pred_0_\w{20}\.png\n$`, r.stdout)
	names, err := filepath.Glob(filepath.Join(to, "media", "images", "a", "pred_0_*.png"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	got, err := os.ReadFile(names[0])
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(run.Dir(), "files", "media", "images", "a", filepath.Base(names[0])))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.NoFileExists(t, filepath.Join(to, "media", "link"))

	plain := i.logOffline(t, client.RunOptions{Project: "p", ID: "r2"}, 1)
	r = i.run(t, "inspect", "--media", to, plain)
	assert.Equal(t, exitInternal, r.status)
	assert.Contains(t, r.stderr, "the run has no media")
	r = i.run(t, "inspect", "--media", to, "--summary", plain)
	assert.Equal(t, exitUsage, r.status)
}
