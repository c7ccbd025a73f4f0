package dashboard

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
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

// artifact logs an artifact with copies of files, which log has elsewhere.
func (l *logged) artifact(id string, files map[string]string) {
	l.tb.Helper()
	a := &record.Artifact{Type: "run_table", Name: id, ClientID: id, Digest: "d", Finalize: true, Manifest: &record.ArtifactManifest{Version: 1}}
	dir := filepath.Join(l.dir.Artifacts(), "0")
	require.NoError(l.tb, os.MkdirAll(dir, 0o700))
	for n, path := range slices.Sorted(maps.Keys(files)) {
		e := record.ArtifactEntry{Path: path, Digest: "d", LocalPath: filepath.Join("/moved/artifacts/0", strconv.Itoa(n))}
		if files[path] == "" {
			e.LocalPath = "/etc/hostname"
		} else {
			require.NoError(l.tb, os.WriteFile(filepath.Join(dir, strconv.Itoa(n)), []byte(files[path]), 0o600))
		}
		a.Manifest.Entries = append(a.Manifest.Entries, e)
	}
	l.add(a)
}

func TestTable_WithMedia_ItsFilesAreServedAndExported(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, `{}`)
	l.artifact("c1", map[string]string{
		"t.table.json":       `{"columns":["i","n"],"data":[[{"_type":"image-file","path":"media/images/1.png","masks":{"m":{"_type":"mask","path":"1.mask.png"}},"classes":{"_type":"classes-file","path":"1.classes.json"}},NaN],[{"_type":"image-file","path":"../secret"},1],[{"_type":"image-file","path":"foreign.png"},2]]}`,
		"media/images/1.png": "picture", "1.mask.png": "mask", "1.classes.json": "classes", "foreign.png": "",
	})
	l.artifact("c2", map[string]string{"plain.table.json": `{"columns":["n"],"data":[[1]]}`})
	l.row(`"t":{"_type":"table-file","path":"media/table/t.table.json","artifact_path":"wandb-client-artifact://c1/t.table.json","_latest_artifact_path":"wandb-client-artifact://s1:latest/t.table.json"}`)
	l.row(`"p":{"_type":"table-file","path":"media/table/p.table.json","artifact_path":"wandb-client-artifact://c2/plain.table.json"},"bad":{"_type":"table-file","artifact_path":"wandb-client-artifact://"}`)
	l.finish(0)
	b := serve(t, root, Options{})
	base := "/-/runs/" + keyOf(t, b, "a") + "/artifacts/"
	w := get(t, b, base+"c1/media/images/1.png")
	assert.Equal(t, []any{200, "picture", "image/png"}, []any{w.Code, w.Body.String(), w.Header().Get("Content-Type")})
	for _, other := range []string{"c1/gone.png", "c1/foreign.png", "c3/t.table.json"} {
		assert.Equal(t, 404, get(t, b, base+other).Code, other)
	}
	_, data := exported(t, b)
	content := base64.StdEncoding.EncodeToString([]byte("picture"))
	assert.Equal(t, map[string]any{"base64": content, "type": "image/png"}, data.Answers[base+"c1/media/images/1.png"])
	for _, name := range []string{"t.table.json", "1.mask.png", "1.classes.json"} {
		assert.Contains(t, data.Answers, base+"c1/"+name)
	}
	assert.NotContains(t, data.Answers, base+"c1/foreign.png")
	assert.NotContains(t, data.Answers, base+"c2/plain.table.json", "the run's own file has all of it")
}

func TestRun_MasksClasses_AreSent(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const classes = `{"seen_wandb_delimeter_truth":{"type":"mask/class_labels","value":{"1":"cat"}}}`
	l := start(t, root, "a", 0, `{}`)
	l.add(&record.Config{Update: []record.Item{{Key: "_wandb", Value: []byte(`{"mask/class_labels":` + classes + `}`)}}})
	l.finish(0)
	b := serve(t, root, Options{})
	var got struct{ Classes json.RawMessage }
	require.NoError(t, json.Unmarshal(get(t, b, "/-/runs/"+keyOf(t, b, "a")).Body.Bytes(), &got))
	assert.JSONEq(t, classes, string(got.Classes))
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
