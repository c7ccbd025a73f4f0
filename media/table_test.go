package media_test

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
	"github.com/wandgo/wandgo/wandbtest"
)

// tableIn decodes the table in an artifact.
func tableIn(t *testing.T, a wandbtest.ArtifactView, name string) map[string]any {
	t.Helper()
	f, ok := a.File(name)
	require.True(t, ok, "%v", a.Files)
	content, err := f.Content()
	require.NoError(t, err)
	var table map[string]any
	require.NoError(t, json.Unmarshal(content, &table), "%s", content)
	return table
}

func TestTable_WithImages_FileArtifactAndHistoryAreStored(t *testing.T) {
	t.Parallel()
	for _, mode := range []client.Mode{client.ModeOnline, client.ModeOffline} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s, c, run := start(t, mode)
			table := media.NewTable("id", "image", "truth", "score", "at")
			img := gradient(2, 2)
			at := time.Date(2024, 1, 2, 3, 4, 5, 678900000, time.UTC)
			require.NoError(t, table.AddRow(1, media.Image(img), "Müller", math.NaN(), at))
			require.NoError(t, table.AddRow(2, nil, "dog", 0.5, at))
			require.NoError(t, run.Log(map[string]any{"eval/my table!": table}))
			require.NoError(t, run.Finish(t.Context()))
			if mode == client.ModeOffline {
				_, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
				require.NoError(t, err)
			}
			view, ok := s.Run("acme", "vision", "r1")
			require.True(t, ok)
			got, _ := view.History()[0]["eval/my table!"].(map[string]any)
			require.NotNil(t, got)
			assert.Equal(t, got, view.Summary["eval/my table!"])
			read, err := view.Table(got)
			require.NoError(t, err)
			assert.Equal(t, []string{"id", "image", "truth", "score", "at"}, read.Columns)
			require.Len(t, read.Rows, 2)
			assert.InDelta(t, 1, read.Rows[0][0], 0)
			samePixels(t, img, imageIn(t, read.Rows[0][1]))
			assert.Equal(t, "Müller", read.Rows[0][2])
			score, _ := read.Rows[0][3].(float64)
			assert.True(t, math.IsNaN(score))
			assert.Equal(t, "2024-01-02T03:04:05.678900Z", read.Rows[0][4])
			assert.Equal(t, []any{2.0, nil, "dog", 0.5}, read.Rows[1][:4])

			name := "run-r1-evalmytable-"
			var a wandbtest.ArtifactView
			for _, one := range s.Artifacts() {
				if strings.HasPrefix(one.Collection, name) {
					a = one
				}
			}
			assert.Equal(t, "run_table", a.Type)
			assert.Equal(t, "COMMITTED", a.State)
			assert.Empty(t, a.Violations())
			require.Len(t, a.Files, 2)
			assert.Equal(t, "eval/my table!.table.json", a.Files[0].Name)
			in := tableIn(t, a, a.Files[0].Name)
			rows, _ := in["data"].([]any)
			first, _ := rows[0].([]any)
			require.Len(t, first, 5)
			picture, _ := first[1].(map[string]any)
			assert.Equal(t, a.Files[1].Name, picture["path"])
			assert.Nil(t, first[3], "an artifact has no NaN")
			assert.InDelta(t, at.UnixMilli(), first[4], 0)
			for _, key := range []string{"artifact_path", "_latest_artifact_path"} {
				path, _ := got[key].(string)
				assert.True(t, strings.HasPrefix(path, "wandb-client-artifact://"), path)
				assert.True(t, strings.HasSuffix(path, "/eval/my table!.table.json"), path)
			}
		})
	}
}

func TestTable_LoggedAgain_ByMode(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	tables := make(map[media.LogMode]*media.Table)
	for _, mode := range []media.LogMode{media.Immutable, media.Mutable, media.Incremental} {
		tables[mode] = media.TableOptions{Columns: []string{"a"}, Mode: mode}.New()
		require.NoError(t, tables[mode].AddRow(1))
	}
	row := func() map[string]any {
		return map[string]any{"im": tables[media.Immutable], "mu": tables[media.Mutable], "in": tables[media.Incremental]}
	}
	require.NoError(t, run.Log(row()))
	require.NoError(t, run.Log(map[string]any{"other": tables[media.Immutable]}), "it did not change")
	for _, table := range tables {
		require.NoError(t, table.AddRow(2))
	}
	err := run.Log(row())
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	require.ErrorContains(t, err, `"im" left out: invalid table: has 2 rows, and 1 when it was logged`)

	view := finished(t, s, run)
	rows := view.History()
	require.Len(t, rows, 3)
	assert.Equal(t, rows[0]["im"], rows[1]["other"])
	mutable, _ := rows[2]["mu"].(map[string]any)
	read, err := view.Table(mutable)
	require.NoError(t, err)
	assert.Equal(t, [][]any{{1.0}, {2.0}}, read.Rows)
	increment, _ := rows[2]["in"].(map[string]any)
	assert.Equal(t, "incremental-table-file", increment["_type"])
	assert.InDelta(t, 2, increment["nrows"], 0)
	assert.InDelta(t, 1, increment["increment_num"], 0)
	before, _ := rows[0]["in"].(map[string]any)
	assert.Equal(t, []any{before["artifact_path"]}, increment["previous_increments_paths"])
	read, err = view.Table(increment)
	require.NoError(t, err)
	assert.Equal(t, [][]any{{2.0}}, read.Rows, "only what is new")

	versions := map[string]int{}
	for _, a := range s.Artifacts() {
		assert.Empty(t, a.Violations())
		versions[a.Type+" "+a.Collection]++
	}
	assert.Equal(t, map[string]int{
		"run_table run-r1-im": 1, "run_table run-r1-mu": 2, "wandb-run-incremental-table run-r1-incr-in": 2,
	}, versions)
	a, ok := s.Artifact("acme/vision/run-r1-incr-in:latest")
	require.True(t, ok)
	assert.Len(t, a.Files, 2, "the server has all increments")
}

// imageIn returns the image in a cell.
func imageIn(t *testing.T, cell any) image.Image {
	t.Helper()
	c, ok := cell.(*wandbtest.CellView)
	require.True(t, ok, "%v", cell)
	assert.Equal(t, "image-file", c.Type)
	return c.Image
}

// Cells with media are read back as they were logged, however the table is logged again.
func TestTable_MediaInCells_RunViewDecodesThemInEachMode(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	mask := image.NewGray(image.Rect(0, 0, 2, 2))
	mask.Pix[3] = 7
	add := func(table *media.Table, i int) {
		require.NoError(t, table.AddRow(
			[]any{media.Image(gradient(2+i, 2)), "Image"}, map[string]any{"page": media.HTML("page")},
			media.Image(gradient(2, 2), media.ImageOptions{Caption: "c", Masks: map[string]media.Mask{"m": {Pixels: mask}}}), "Image",
		))
	}
	modes := []media.LogMode{media.Immutable, media.Mutable, media.Incremental}
	row := map[string]any{}
	for _, mode := range modes {
		table := media.TableOptions{Columns: []string{"list", "object", "one", "text"}, Mode: mode, MixedTypes: true}.New()
		add(table, 0)
		row[string(mode)] = table
	}
	require.NoError(t, run.Log(row))
	for _, mode := range modes[1:] {
		add(row[string(mode)].(*media.Table), 1)
	}
	require.NoError(t, run.Log(row))

	view := finished(t, s, run)
	history := view.History()
	for _, mode := range modes {
		for step, want := range map[media.LogMode][][]int{media.Immutable: {{0}, {0}}, media.Mutable: {{0}, {0, 1}}, media.Incremental: {{0}, {1}}}[mode] {
			read, err := view.Table(history[step][string(mode)])
			require.NoError(t, err)
			require.Len(t, read.Rows, len(want), "%s, step %d", mode, step)
			for r, i := range want {
				list, _ := read.Rows[r][0].([]any)
				require.Len(t, list, 2)
				samePixels(t, gradient(2+i, 2), imageIn(t, list[0]))
				assert.Equal(t, "Image", list[1], "a text")
				object, _ := read.Rows[r][1].(map[string]any)
				page, _ := object["page"].(*wandbtest.CellView)
				require.NotNil(t, page)
				assert.Equal(t, "html-file", page.Type)
				assert.Contains(t, string(page.Content), "page")
				assert.Nil(t, page.Image)
				one, _ := read.Rows[r][2].(*wandbtest.CellView)
				require.NotNil(t, one)
				assert.Equal(t, "c", one.Object["caption"])
				samePixels(t, mask, one.Masks["m"])
				assert.Equal(t, "Image", read.Rows[r][3], "a text")
			}
		}
	}
	value, _ := history[0][string(media.Mutable)].(map[string]any)
	value["artifact_path"] = "wandb-client-artifact://gone/x.table.json"
	_, err := view.Table(value)
	require.EqualError(t, err, "media of the table: no artifact gone")
}

func TestTable_RowDoesNotFit_IsNotAdded(t *testing.T) {
	t.Parallel()
	table := media.NewTable("a", "b")
	require.NoError(t, table.AddRow(nil, []int{1}))
	require.NoError(t, table.AddRow(1.5, []float64{2, 3}))
	tests := []struct {
		name  string
		cells []any
		want  string
	}{
		{"too few cells", []any{1}, "has 1 cells, and the table 2 columns (a, b)"},
		{"text for a number", []any{"x", nil}, "table column a: has cells of type number; a string does not fit"},
		{"list of texts", []any{1, []string{"x"}}, "table column b: has cells of type list of number"},
		{"bytes", []any{1, []byte("x")}, "use media.Image"},
		{"raw image", []any{1, image.NewRGBA(image.Rect(0, 0, 1, 1))}, "a *image.RGBA cannot be in a table; use media.Image"},
		{"image by value", []any{1, *media.Image(gradient(1, 1))}, "use the pointer that"},
		{"function", []any{1, func() {}}, "a func() cannot be in a table"},
		{"image that cannot be made", []any{media.Image(nil), nil}, "must not be nil"},
		{"table", []any{media.NewTable("x"), nil}, "cannot be in a table"},
	}
	for _, tt := range tests {
		err := table.AddRow(tt.cells...)
		require.ErrorIs(t, err, errors.ErrInvalidInput, tt.name)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
	assert.Equal(t, 2, table.Len())
	require.ErrorContains(t, media.NewTable("a", "a").AddRow(1, 2), `two columns "a"`)
	mixed := media.TableOptions{Columns: []string{"a"}, MixedTypes: true}.New()
	require.NoError(t, mixed.AddRow(1))
	require.NoError(t, mixed.AddRow("x"))
}

func TestIncrementalTable_RunIsResumed_IncrementsContinue(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	var paths []any
	for life := range 3 {
		o := client.RunOptions{}
		if life > 0 {
			o.Resume = client.ResumeMust
		}
		run, _ := process(t, s, o)
		table := media.TableOptions{Columns: []string{"n"}, Mode: media.Incremental}.New()
		for range 2 {
			require.NoError(t, table.AddRow(life))
			require.NoError(t, run.Log(map[string]any{"in": table}))
		}
		rows := finished(t, s, run).History()
		require.Len(t, rows, 2*life+2)
		for i, row := range rows[2*life:] {
			got, _ := row["in"].(map[string]any)
			assert.InDelta(t, 2*life+i, got["increment_num"], 0)
			assert.ElementsMatch(t, paths, got["previous_increments_paths"])
			assert.InDelta(t, i+1, got["nrows"], 0, "of this process, as with the official client")
			path, _ := got["artifact_path"].(string)
			paths = append(paths, path)

			name := path[strings.LastIndex(path, "/")+1:]
			assert.True(t, strings.HasPrefix(name, fmt.Sprintf("%d-", 2*life+i)), name)
			a, ok := s.Artifact("acme/vision/run-r1-incr-in:latest")
			require.True(t, ok)
			in := tableIn(t, a, name)
			assert.InDelta(t, 2*life+i, in["increment_num"], 0)
			assert.Equal(t, []any{[]any{float64(life)}}, in["data"], "only what is new")
		}
	}
	a, ok := s.Artifact("acme/vision/run-r1-incr-in:latest")
	require.True(t, ok)
	assert.Empty(t, a.Violations())
	assert.Len(t, a.Files, 6, "the server has the increments of all processes")
}
