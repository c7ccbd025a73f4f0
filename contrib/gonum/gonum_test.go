package gonum_test

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/gonum"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T) (*wandbtest.Server, *client.Run) {
	t.Helper()
	s := wandbtest.New(t, wandbtest.Solo())
	c, err := client.New(client.Options{
		BaseURL: s.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Getenv: func(string) string { return "" },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", StatsInterval: -1})
	require.NoError(t, err)
	return s, run
}

func TestValues_Logged_ServerHasThem(t *testing.T) {
	t.Parallel()
	s, run := start(t)
	p := plot.New()
	p.Title.Text = "squares"
	line, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}, {X: 2, Y: 4}})
	require.NoError(t, err)
	p.Add(line)
	m := mat.NewDense(2, 2, []float64{0, 1, 2, 4})
	table, err := gonum.Table(m, "x", "y")
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"plot": gonum.Plot(p, 320, 240), "table": table, "histogram": gonum.Histogram(m, 4)}))
	require.ErrorContains(t, run.Log(map[string]any{"plot": gonum.Plot(nil, 1, 1)}), `"plot"`)
	require.NoError(t, run.Finish(t.Context()))

	v, _ := s.Run("acme", "vision", "r1")
	row := v.History()[0]
	images, err := v.Images(row["plot"])
	require.NoError(t, err)
	assert.Equal(t, image.Pt(320, 240), images[0].Bounds().Size())
	if dir := os.Getenv("WANDGO_TEST_PICTURES"); dir != "" { // to look at it
		files, err := v.MediaFiles(row["plot"])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "plot.png"), files[0], 0o600))
	}
	read, err := v.Table(row["table"])
	require.NoError(t, err)
	assert.Equal(t, wandbtest.TableView{Columns: []string{"x", "y"}, Rows: [][]any{{0.0, 1.0}, {2.0, 4.0}}}, read)
	assert.Equal(t, map[string]any{"_type": "histogram", "values": []any{1.0, 1.0, 1.0, 1.0}, "bins": []any{0.0, 1.0, 2.0, 3.0, 4.0}}, row["histogram"])
}

func TestTable_NamesDoNotFit_Error(t *testing.T) {
	t.Parallel()
	_, err := gonum.Table(mat.NewDense(1, 2, nil), "x")
	require.ErrorContains(t, err, "has 2 cells, and the table 1 columns")
	table, err := gonum.Table(mat.NewDense(1, 2, nil))
	require.NoError(t, err)
	assert.Equal(t, []string{"c0", "c1"}, table.Columns())
}
