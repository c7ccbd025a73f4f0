package dashboard

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/runstore"
)

// three runs: one of them failed, one was refused.
func three(t *testing.T) (root string, refused *logged) {
	t.Helper()
	root = t.TempDir()
	a := start(t, root, "a", 0, `{"lr":0.1,"name":"adam"}`)
	a.row(`"loss":1`)
	a.add(&record.Summary{Update: []record.Item{{Key: "loss", Value: []byte("1")}, {Key: "acc", Value: []byte("NaN")}}})
	a.finish(0)
	b := start(t, root, "b", 1, `{"lr":0.01,"name":"sgd","extra":[1,2]}`)
	b.row(`"loss":0.5,"word":"hello","pic":{"_type":"image-file","path":"media/x.png"}`)
	b.row(`"loss":NaN`)
	b.add(&record.OutputRaw{Stdout: true, Timestamp: noon, Text: "one\n\x1b[31mtwo\x1b[0m\nthree\n"})
	b.add(&record.Environment{OS: "linux", Program: "train", Args: []string{"--lr", "0.01"}, Go: "", Host: "gpu-1", Git: &record.Git{Commit: "abc"}})
	b.add(&record.Summary{Update: []record.Item{{Key: "loss", Value: []byte("0.5")}}})
	require.NoError(t, b.dir.AddFile("notes.txt", []byte("text")))
	require.NoError(t, b.dir.AddFile("page.html", []byte("<script>alert(1)</script>")))
	b.finish(3)
	c := start(t, root, "c", 2, `{"lr":0.001,"name":"adam"}`)
	c.row(`"loss":2`)
	c.finish(0)
	reason, err := json.Marshal(&errors.PermissionError{
		Op: "create run", Entity: "acme", Cause: errors.ErrViewerRole, Confidence: errors.Certain,
		Evidence: []errors.Probe{{Question: "role in acme", Result: "viewer"}},
	})
	require.NoError(t, err)
	require.NoError(t, c.dir.SaveRefusal(reason))
	return root, c
}

func TestList_FilterSortAndColumns(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	for query, want := range map[string][]string{
		"":                            {"c", "b", "a"},
		"sort=started":                {"a", "b", "c"},
		"sort=config.opt.lr":          {"c", "b", "a"},
		"sort=-summary.loss":          {"a", "b", "c"}, // c has no summary
		"sort=acc":                    {"a", "c", "b"}, // NaN comes before nothing
		"sort=-name&limit=1":          {"c"},
		"limit=1&offset=1":            {"b"},
		"offset=9":                    {},
		"filter=state:failed":         {"b"},
		"filter=-state:failed":        {"c", "a"},
		"filter=opt.lr<0.05":          {"c", "b"},
		"filter=config.opt.lr=0.1":    {"a"},
		"filter=opt.name!=adam":       {"b"},
		"filter=opt.name:ADA+loss>=1": {"a"},
		"filter=tag:tag-b":            {"b"},
		"filter=tag-b":                {"b"},
		`filter="name of c"`:          {"c"},
		"filter=trouble:any":          {"c"},
		"filter=host:gpu":             {"b"},
		"filter=nothing":              {},
		"filter=missing<1":            {},
		"filter=missing!=1":           {"c", "b", "a"},
	} {
		target := "/-/runs?" + strings.NewReplacer(`"`, "%22", " ", "%20", "<", "%3C", ">", "%3E").Replace(query)
		assert.Equal(t, want, ids(t, object(t, b, target)), query)
	}
	list := object(t, b, "/-/runs?col=config.opt.lr&col=summary.acc&limit=3")
	assert.InDelta(t, 3, list["total"], 0)
	assert.InDelta(t, 3, list["matched"], 0)
	runs := list["runs"].([]any)
	a := runs[2].(map[string]any)
	assert.Equal(t, map[string]any{"config.opt.lr": 0.1, "summary.acc": "NaN"}, a["values"])
	assert.Equal(t, "finished", a["state"])
	assert.InDelta(t, 0, a["exit"], 0)
	assert.InDelta(t, 1, a["read"], 0)
	assert.InDelta(t, 1, a["unsent"], 0)
	assert.Equal(t, "refused", runs[0].(map[string]any)["trouble"])
	columns := map[string]any{}
	for _, c := range list["columns"].([]any) {
		columns[c.(map[string]any)["name"].(string)] = c
	}
	assert.Equal(t, map[string]any{"name": "config.opt.lr", "count": 3.0, "kind": "number", "differs": true}, columns["config.opt.lr"])
	assert.Equal(t, map[string]any{"name": "summary.loss", "count": 2.0, "kind": "number", "differs": true}, columns["summary.loss"])

	for _, query := range []string{"limit=x", "offset=-1", "filter=lr%3Cx", "filter=lr%3C0x1p4", "filter=lr%3C0x10", "filter=%22", "filter=" + strings.Repeat("x", 5000)} {
		w := get(t, b, "/-/runs?"+query)
		assert.Equal(t, http.StatusBadRequest, w.Code, query)
		assert.Contains(t, w.Body.String(), `"error"`, query)
	}
}

func TestDetail_RunWithEverything(t *testing.T) {
	t.Parallel()
	root, refused := three(t)
	b := serve(t, root, Options{})
	d := object(t, b, "/-/runs/"+keyOf(t, b, "b"))
	assert.Equal(t, "failed", d["state"])
	assert.InDelta(t, 3, d["exit"], 0)
	assert.Equal(t, map[string]any{"opt": map[string]any{"lr": 0.01, "name": "sgd", "extra": []any{1.0, 2.0}}}, d["config"])
	neighbor := d["neighbor"].(map[string]any)
	assert.Equal(t, keyOf(t, b, "a"), neighbor["key"])
	assert.Equal(t, map[string]any{
		"opt.lr": map[string]any{"here": 0.01, "there": 0.1}, "opt.name": map[string]any{"here": "sgd", "there": "adam"},
		"opt.extra": map[string]any{"here": "[1, 2]", "there": nil},
	}, neighbor["differs"])
	kinds := map[string]any{}
	for _, m := range d["metrics"].([]any) {
		kinds[m.(map[string]any)["name"].(string)] = m.(map[string]any)["kind"]
	}
	assert.Equal(t, map[string]any{"_step": "number", "_runtime": "number", "loss": "number", "word": "text", "pic": "media"}, kinds)
	machine := d["environment"].(map[string]any)
	assert.Equal(t, "linux", machine["os"])
	assert.Equal(t, map[string]any{"commit": "abc"}, machine["git"])
	assert.Equal(t, "train --lr 0.01", d["command"])
	assert.InDelta(t, 2, d["files"], 0)
	assert.InDelta(t, 3, d["console"].(map[string]any)["lines"], 0)
	offline := d["trouble"].([]any)[0].(map[string]any)
	assert.Equal(t, "offline", offline["kind"])
	assert.Contains(t, offline["commands"].([]any)[0], "wandgo sync ")

	trouble := object(t, b, "/-/runs/"+keyOf(t, b, "c"))["trouble"].([]any)
	require.Len(t, trouble, 1)
	first := trouble[0].(map[string]any)
	assert.Equal(t, "viewer_role", first["cause"])
	assert.Equal(t, "certain", first["confidence"])
	assert.Equal(t, []any{"role in acme → viewer"}, first["evidence"])
	assert.Equal(t, []any{"wandgo sync " + plaintext.ShellPath(refused.dir.Path()), "wandgo doctor"}, first["commands"])
	assert.NotEmpty(t, first["remedies"])
	assert.Contains(t, first["text"], "What to do:")
	assert.Equal(t, "The server refused this run; 1 row is on this disk only", first["title"])
}

func TestTrouble_LogCannotBeReadOrEndsEarly(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, "{}")
	l.row(`"loss":1`)
	require.NoError(t, l.log.Close())
	require.NoError(t, os.Chtimes(l.dir.Journal(), noon, noon))
	b := serve(t, root, Options{})
	kinds := []any{}
	for _, tr := range object(t, b, "/-/runs/"+keyOf(t, b, "a"))["trouble"].([]any) {
		kinds = append(kinds, tr.(map[string]any)["kind"])
	}
	assert.Equal(t, []any{"crashed", "offline"}, kinds)

	require.NoError(t, os.WriteFile(l.dir.Journal(), []byte("no log"), 0o600))
	b = serve(t, root, Options{})
	tr := object(t, b, "/-/runs/"+keyOf(t, b, "a"))["trouble"].([]any)[0].(map[string]any)
	assert.Equal(t, "damaged", tr["kind"])
	assert.Equal(t, "unreadable", object(t, b, "/-/runs")["runs"].([]any)[0].(map[string]any)["trouble"])
}

func TestDetail_DamagedLog_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, "{}")
	for range 50 {
		l.row(`"loss":1`)
	}
	l.finish(0)
	log, err := os.ReadFile(l.dir.Journal())
	require.NoError(t, err)
	at := bytes.Index(log, []byte("_runtime")) + len(log)/2
	log[at] ^= 0x5a
	require.NoError(t, os.WriteFile(l.dir.Journal(), log, 0o600))
	b := serve(t, root, Options{})
	d := object(t, b, "/-/runs/"+keyOf(t, b, "a"))
	assert.InDelta(t, 1, d["damageTotal"], 0)
	gap := d["damage"].([]any)[0].(map[string]any)
	assert.InDelta(t, 1, gap["records"], 0)
	assert.InDelta(t, gap["before"].(float64)+2, gap["after"], 0)
}

// forget writes a short log anew without one of its records.
func forget(t *testing.T, path string, number int64) {
	t.Helper()
	log, err := os.ReadFile(path)
	require.NoError(t, err)
	short := bytes.Clone(log[:7])
	require.NoError(t, journal.NewReaderAt(bytes.NewReader(log), journal.Position{}).Each(func(_ int64, payload []byte) error {
		if wire.Num(payload) == number {
			return nil
		}
		chunk := append([]byte{1}, payload...) // a whole record
		short = binary.LittleEndian.AppendUint32(short, crc32.ChecksumIEEE(chunk))
		short = binary.LittleEndian.AppendUint16(short, uint16(len(payload)))
		short = append(short, chunk...)
		return nil
	}))
	require.NoError(t, os.WriteFile(path, short, 0o600))
}

func TestTrouble_RecordsThatWereNotWritten(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	l := start(t, root, "a", 0, "{}")
	for range 10 {
		l.row(`"loss":1`)
	}
	l.finish(0)
	forget(t, l.dir.Journal(), 8) // the run and the config are in front of the rows
	b := serve(t, root, Options{})
	tr := object(t, b, "/-/runs/"+keyOf(t, b, "a"))["trouble"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{"lost", "1 record is missing in the log"}, []any{tr["kind"], tr["title"]})
	assert.Contains(t, tr["text"], "\n1 record between step 4 and step 6")
	assert.Equal(t, []string{"a"}, ids(t, object(t, b, "/-/runs?filter=trouble:lost")))
}

func TestLost_ManyPlaces_AreCounted(t *testing.T) {
	t.Parallel()
	_, ok := lost([]runstore.Gap{{Skipped: journal.Skipped{Length: 1}, Records: 9}})
	assert.False(t, ok, "damage is told elsewhere")
	gaps := []runstore.Gap{{Before: -1, After: -1, Records: 1}, {Before: -1, After: 2, Records: 2}, {Before: 2, After: -1, Records: 3}}
	for range 9 {
		gaps = append(gaps, runstore.Gap{Before: 4, After: 5, Records: 1})
	}
	tr, ok := lost(gaps)
	require.True(t, ok)
	assert.Equal(t, "15 records are missing in the log", tr.Title)
	assert.Contains(t, tr.Text, "\n1 record\n2 records before step 2\n3 records after step 2\n1 record between step 4 and step 5\n")
	assert.True(t, strings.HasSuffix(tr.Text, "\nand at 2 other places"))
}

func TestFind_ByLink(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	assert.Equal(t, keyOf(t, b, "b"), object(t, b, "/-/find?entity=jo&project=vision&id=b")["key"])
	for _, query := range []string{"entity=jo&project=vision&id=x", "entity=al&project=vision&id=b", ""} {
		assert.Equal(t, http.StatusNotFound, get(t, b, "/-/find?"+query).Code, query)
	}
	for _, path := range []string{"/-/runs/x", "/-/runs/x/console", "/-/runs/x/csv?m=loss", "/-/runs/x/values?m=a", "/-/runs/x/files", "/-/runs/x/files/a", "/-/nothing"} {
		w := get(t, b, path)
		assert.Equal(t, http.StatusNotFound, w.Code, path)
		assert.Contains(t, w.Body.String(), `"error"`, path)
	}
}

func TestConsole_LinesAndSearch(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	path := "/-/runs/" + keyOf(t, b, "b") + "/console"
	texts := func(query string) []any {
		out := []any{}
		for _, l := range object(t, b, path+query)["lines"].([]any) {
			out = append(out, l.(map[string]any)["text"])
		}
		return out
	}
	assert.Equal(t, []any{"one", "\x1b[31mtwo\x1b[0m", "three"}, texts(""))
	assert.Equal(t, []any{"three"}, texts("?from=2"))
	assert.Equal(t, []any{"three"}, texts("?from=-1"))
	assert.Equal(t, []any{"one"}, texts("?limit=1"))
	assert.Equal(t, []any{"\x1b[31mtwo\x1b[0m"}, texts("?search=TWO"))
	got := object(t, b, path+"?search=o&limit=1")
	assert.InDelta(t, 3, got["total"], 0)
	assert.InDelta(t, 2, got["matched"], 0)
}

func TestValues_TextAndMedia(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	path := "/-/runs/" + keyOf(t, b, "b") + "/values?m="
	first := object(t, b, path+"pic")["values"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"_type": "image-file", "path": "media/x.png"}, first["value"])
	assert.Equal(t, "hello", object(t, b, path+"word")["values"].([]any)[0].(map[string]any)["value"])
	assert.Empty(t, object(t, b, path+"word&before=0")["values"])
}

func TestFiles_RunNothing(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	path := "/-/runs/" + keyOf(t, b, "b") + "/files"
	assert.Len(t, object(t, b, path)["files"], 2)
	w := get(t, b, path+"/notes.txt")
	assert.Equal(t, "text", w.Body.String())
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	w = get(t, b, path+"/page.html")
	assert.Equal(t, "application/octet-stream", w.Header().Get("Content-Type"))
	assert.Equal(t, `attachment; filename="page.html"`, w.Header().Get("Content-Disposition"))
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "sandbox;")
	for _, name := range []string{"/../run-b.wandb", "/%2e%2e/run-b.wandb", "/..%2frun-b.wandb", "/missing", "//etc/passwd"} {
		w := get(t, b, path+name)
		assert.NotEqual(t, http.StatusOK, w.Code, name)
		assert.NotContains(t, w.Body.String(), "W&B", name)
	}
}

func TestCSV_AllPoints(t *testing.T) {
	t.Parallel()
	root, _ := three(t)
	b := serve(t, root, Options{})
	w := get(t, b, "/-/runs/"+keyOf(t, b, "b")+"/csv?m=loss")
	assert.Equal(t, "_step,metric,value\n0,loss,0.5\n1,loss,NaN\n", w.Body.String())
	assert.Equal(t, `attachment; filename="b-loss.csv"`, w.Header().Get("Content-Disposition"))
	assert.Equal(t, http.StatusBadRequest, get(t, b, "/-/runs/"+keyOf(t, b, "b")+"/csv").Code)
	assert.Equal(t, "'=1,metric,value\n", get(t, b, "/-/runs/"+keyOf(t, b, "b")+"/csv?m=loss&x=%3D1").Body.String())
}

func TestPages_EveryPathIsTheDocument(t *testing.T) {
	t.Parallel()
	b := serve(t, t.TempDir(), Options{Version: "v1", Mode: "board", Hint: "wandgo board DIR"})
	index, err := os.ReadFile(filepath.Join("assets", "index.html"))
	require.NoError(t, err)
	for _, path := range []string{"/", "/jo", "/jo/vision", "/jo/vision/runs/x", "/runs/KEY", "/compare?run=a&run=b", "/authorize"} {
		w := get(t, b, path)
		assert.Equal(t, string(index), w.Body.String(), path)
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	}
	w := get(t, b, "/-/assets/board.js")
	assert.Equal(t, "text/javascript; charset=utf-8", w.Header().Get("Content-Type"))
	tag := w.Header().Get("ETag")
	assert.Equal(t, http.StatusNotModified, get(t, b, "/-/assets/board.js", func(r *http.Request) { r.Header.Set("If-None-Match", tag) }).Code)
	for _, path := range []string{"/-/assets/", "/-/assets/missing.js", "/-/assets/../board.go"} {
		assert.NotEqual(t, http.StatusOK, get(t, b, path).Code, path)
	}
	info := object(t, b, "/-/info")
	assert.Equal(t, "v1", info["version"])
	assert.Equal(t, "wandgo board DIR", info["hint"])
	b = serve(t, filepath.Join(t.TempDir(), "missing"), Options{})
	assert.Contains(t, object(t, b, "/-/info")["error"], "no such file")
}
