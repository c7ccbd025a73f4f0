package media_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/media"
)

func points(t *testing.T) *media.Table {
	t.Helper()
	table := media.NewTable("x", "y")
	for i := range 3 {
		require.NoError(t, table.AddRow(i, i*i))
	}
	return table
}

func TestChart_Logged_TableIsInTheHistoryAndChartInTheConfig(t *testing.T) {
	t.Parallel()
	for _, mode := range []client.Mode{client.ModeOnline, client.ModeOffline} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			s, c, run := start(t, mode)
			line := media.Line(points(t), "x", "y", media.ChartOptions{Title: "T"})
			require.NoError(t, run.Log(map[string]any{
				"c": line, "loss": 1, "nested": map[string]any{"d": media.Scatter(points(t), "x", "y"), "n": 2},
				"split": media.Bar(points(t), "x", "y", media.ChartOptions{SplitTable: true}),
				"lines": media.Lines(points(t), "x", "y", "y"), "counts": media.HistogramChart(points(t), "y"),
				"own": media.Vega("acme/losses", points(t), map[string]string{"at": "x"}, map[string]string{"title": "Losses", "unit": "s"}),
			}))
			require.NoError(t, run.Finish(t.Context()))
			if mode == client.ModeOffline {
				_, err := c.Sync(t.Context(), []string{run.Dir()}, client.SyncOptions{})
				require.NoError(t, err)
			}
			view, ok := s.Run("acme", "vision", "r1")
			require.True(t, ok)
			row := view.History()[0]
			assert.NotContains(t, row, "c")
			assert.Equal(t, map[string]any{"n": 2.0}, row["nested"])
			for _, key := range []string{"c_table", "nested.d_table", "Custom Chart Tables/split_table"} {
				read, err := view.Table(row[key])
				require.NoError(t, err, key)
				assert.Equal(t, [][]any{{0.0, 0.0}, {1.0, 1.0}, {2.0, 4.0}}, read.Rows)
			}
			own, _ := view.Config["_wandb"].(map[string]any)
			charts, _ := own["visualize"].(map[string]any)
			assert.Len(t, charts, 6)
			for key, want := range map[string]struct {
				preset           string
				fields, settings map[string]any
			}{
				"c":      {"wandb/line/v0", map[string]any{"x": "x", "y": "y", "stroke": nil}, map[string]any{"title": "T"}},
				"lines":  {"wandb/line/v0", map[string]any{"x": "x", "y": "y", "stroke": "y"}, map[string]any{"title": ""}},
				"counts": {"wandb/histogram/v0", map[string]any{"value": "y"}, map[string]any{"title": ""}},
				"own":    {"acme/losses", map[string]any{"at": "x"}, map[string]any{"title": "Losses", "unit": "s"}},
			} {
				chart, _ := charts[key].(map[string]any)
				assert.Equal(t, "Vega2", chart["panel_type"], key)
				panel, _ := chart["panel_config"].(map[string]any)
				assert.Equal(t, want.preset, panel["panelDefId"], key)
				assert.Equal(t, want.fields, panel["fieldSettings"], key)
				assert.Equal(t, want.settings, panel["stringSettings"], key)
			}
		})
	}
}

func TestChart_CannotBeMade_ErrorSaysWhy(t *testing.T) {
	t.Parallel()
	chart := media.Line(points(t), "x", "y")
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"no table", media.Line(nil, "x", "y"), "has no table"},
		{"no such column", media.Line(points(t), "x", "z"), `no column "z"`},
		{"in a list", []*media.Chart{chart}, "must be the value of a key"},
		{"zero", &media.Chart{}, "not made by"},
		{"series of two lengths", media.LineSeries([][]float64{{1}}, [][]float64{{1, 2}}, nil, "x"), "line_0 has 1 x and 2 y"},
		{"names that are missing", media.LineSeries([][]float64{{1}}, [][]float64{{1}}, []string{}, "x"), "0 names and 1 lines"},
		{"matrix of two lengths", media.ConfusionMatrix([]int{1}, nil, nil), "1 true classes and 0 guesses"},
		{"class without a name", media.ConfusionMatrix([]int{1}, []int{0}, []string{"a"}), "class that has no name"},
		{"scores of two lengths", media.ROC([]int{0, 1}, [][]float64{{1, 2}, {1}}, nil), "sample 1 has 1 scores; there are 2 classes"},
		{"curve of a class without a name", media.PRCurve([]int{5}, [][]float64{{1}}, []string{"a"}), "class 5 has no name"},
	}
	s, _, run := start(t, client.ModeOnline)
	for _, tt := range tests {
		err := run.Log(map[string]any{"bad": tt.value, "loss": 1})
		require.ErrorIs(t, err, errors.ErrInvalidInput, tt.name)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
	rows := finished(t, s, run).History()
	assert.Len(t, rows, len(tests))
}

func TestConfusionMatrix_Counts(t *testing.T) {
	t.Parallel()
	s, _, run := start(t, client.ModeOnline)
	require.NoError(t, run.Log(map[string]any{"m": media.ConfusionMatrix([]int{3, 3, 7}, []int{3, 7, 7}, nil)}))
	view := finished(t, s, run)
	read, err := view.Table(view.History()[0]["m_table"])
	require.NoError(t, err)
	assert.Equal(t, [][]any{{"Class_1", "Class_1", 1.0}, {"Class_1", "Class_2", 1.0}, {"Class_2", "Class_1", 0.0}, {"Class_2", "Class_2", 1.0}}, read.Rows)
}
