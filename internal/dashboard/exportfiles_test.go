package dashboard

import (
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stored puts a file of a size beside a run's log.
func (l *logged) stored(name string, size int64) {
	l.tb.Helper()
	path := filepath.Join(l.dir.Files(), name)
	require.NoError(l.tb, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(l.tb, os.WriteFile(path, []byte("content"), 0o600))
	require.NoError(l.tb, os.Truncate(path, size))
}

func TestExport_Media_IsPartOfItUpToALimit(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, `{}`)
	l.row(`"img":{"_type":"image-file","path":"media/images/a b.png"},"gone":{"_type":"image-file","path":"media/images/gone.png"}`)
	l.row(`"clouds":{"_type":"object3D","filenames":["c.pts.json"],"count":1},"film":{"_type":"video-file","path":"media/videos/v.mp4"}`)
	l.row(`"bad":{"_type":"image-file","path":"../secret.png"}`)
	l.stored("media/images/a b.png", 7)
	l.stored("media/object3D/c.pts.json", 7)
	l.stored("media/videos/v.mp4", MaxExportedFile+1)
	l.stored("requirements.txt", 7)
	l.stored("../secret.png", 7)
	l.finish(0)
	b := serve(t, root, Options{})
	base := "/-/runs/" + keyOf(t, b, "a") + "/files"
	_, data := exported(t, b)
	content := base64.StdEncoding.EncodeToString([]byte("content"))
	assert.Equal(t, map[string]any{"base64": content, "type": "image/png"}, data.Answers[base+"/media/images/a b.png"])
	assert.Equal(t, map[string]any{"base64": content, "type": "application/json"}, data.Answers[base+"/media/object3D/c.pts.json"])
	for _, name := range []string{"/media/images/gone.png", "/media/videos/v.mp4", "/requirements.txt", "/../secret.png"} {
		assert.NotContains(t, data.Answers, base+name)
	}
	assert.Contains(t, data.Answers, base, "the list of files")
	left, err := b.Export(t.Context(), io.Discard, b.store.Runs())
	require.NoError(t, err)
	assert.Equal(t, LeftOut{Files: 1, Bytes: MaxExportedFile + 1}, left)
}

func TestExport_MuchMedia_HoldsTheLatestOfEachMetric(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, `{}`)
	for _, step := range []string{"0", "1", "2"} {
		for _, name := range []string{"x", "y"} {
			l.stored("media/images/"+name+step+".png", MaxExportedFile)
		}
		l.row(`"x":{"_type":"image-file","path":"media/images/x` + step + `.png"},"y":{"_type":"image-file","path":"media/images/y` + step + `.png"}`)
	}
	l.finish(0)
	b := serve(t, root, Options{})
	media := &mediaFiles{}
	run := b.store.Runs()[0]
	files, _, err := run.Files()
	require.NoError(t, err)
	media.start(run, files)
	for _, m := range []string{"x", "y"} {
		values, _, err := run.Values(t.Context(), m, 100, 100)
		require.NoError(t, err)
		media.add(values)
	}
	require.Len(t, media.all, 6)
	left, kept := media.fit()
	assert.Equal(t, LeftOut{Files: 2, Bytes: 2 * MaxExportedFile}, left)
	var names []string
	for _, f := range kept {
		names = append(names, f.name)
	}
	assert.Equal(t, []string{"media/images/x2.png", "media/images/y2.png", "media/images/x1.png", "media/images/y1.png"}, names)
}
