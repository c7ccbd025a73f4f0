package scenario

import (
	"math"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/media"
)

// tableOf makes a table with rows.
func tableOf(o media.TableOptions, rows ...[]any) *media.Table {
	t := o.New()
	for _, cells := range rows {
		must(t.AddRow(cells...))
	}
	return t
}

func columns(names ...string) media.TableOptions { return media.TableOptions{Columns: names} }

func people(mode media.LogMode) media.TableOptions {
	return media.TableOptions{Columns: []string{"id", "name", "score", "ok"}, Mode: mode}
}

type cells = []any

// squares is the table of the charts.
func squares() *media.Table {
	return tableOf(columns("x", "y"), cells{0, 0}, cells{1, 1}, cells{2, 4})
}

var _ = register(map[string]func(half){
	"media_table": logs("media_table",
		func() row {
			return row{"tab": tableOf(people(media.Immutable),
				cells{1, "Müller <&> \"q\"\n", 0.5, true}, cells{2, nil, 1e-05, false}, cells{3, "x\u2028\U0001f600", 1e16, nil},
				cells{4, "", 123456789012345680.0, nil}, cells{-5, "0.0001", 0.0001, nil})}
		},
		func() row { return row{"empty": media.NewTable("a")} }),
	"media_table_types": logs("media_table_types",
		func() row {
			at := time.Date(2024, 1, 2, 3, 4, 5, 678900000, time.UTC)
			return row{"tab": tableOf(columns("time", "list", "dict", "lists", "nan"),
				cells{at, []int{1, 2}, row{"a": 1, "b": "x"}, [][]float64{{1.5}, {2.5}}, math.NaN()},
				cells{at, []int{3}, row{"a": 2, "b": "y"}, [][]float64{}, math.Inf(1)})}
		},
		func() row {
			return row{"mixed": tableOf(media.TableOptions{Columns: []string{"any"}, MixedTypes: true}, cells{1}, cells{"x"})}
		}),
	"media_table_keys": logs("media_table_keys",
		func() row { return row{"eval/my table!": tableOf(columns("a"), cells{1})} },
		func() row { return row{"nested": row{"tab": tableOf(columns("b"), cells{2})}} }),
	"media_table_images": logs("media_table_images", func() row {
		return row{"tab": tableOf(columns("id", "image", "both"),
			cells{1, img(3, 2, captioned("c")), images{img(2, 2), img(1, 2)}}, cells{2, img(3, 2), nil}, cells{3, nil, nil})}
	}),
	"media_table_overlays": logs("media_table_overlays", func() row {
		return row{"tab": tableOf(columns("image"), cells{masked(classNames)}, cells{boxed(classNames)}, cells{img(3, 2)})}
	}),
	"media_table_media": logs("media_table_media", func() row {
		return row{"tab": tableOf(columns("html", "audio", "file", "points"), cells{
			media.HTML("x"), media.Audio([]float64{0, 0.5}, 8000, media.AudioOptions{Caption: "c"}), media.AudioFile(storedFile("in table.wav", "RIFF")),
			media.PointCloud([][]float64{{0, 1, 2}}),
		})}
	}),
	"media_table_again": func(h half) {
		r := h.init("media_table_again", client.RunOptions{})
		t := tableOf(people(media.Immutable), cells{1, "a", 0.5, true})
		r.log(row{"tab": t})
		r.log(row{"tab": t, "other": t})
		r.finish()
	},
	"media_table_mutable": func(h half) {
		r := h.init("media_table_mutable", client.RunOptions{})
		t := tableOf(people(media.Mutable), cells{1, "a", 0.5, true})
		r.log(row{"tab": t})
		must(t.AddRow(2, "b", 0.25, false))
		r.log(row{"tab": t})
		r.finish()
	},
	"media_table_incremental": func(h half) {
		r := h.init("media_table_incremental", client.RunOptions{})
		t := tableOf(people(media.Incremental), cells{1, "a", 0.5, true})
		r.log(row{"tab": t})
		must(t.AddRow(2, "b", 0.25, false))
		must(t.AddRow(3, "c", 0.125, false))
		r.log(row{"tab": t})
		r.finish()
	},
	"media_charts": logs("media_charts", func() row {
		return row{
			"line": media.Line(squares(), "x", "y", media.ChartOptions{Title: "T"}), "stroke": media.Lines(squares(), "x", "y", "x"),
			"scatter": media.Scatter(squares(), "x", "y"), "bar": media.Bar(squares(), "x", "y", media.ChartOptions{Title: "B"}),
			"histogram": media.HistogramChart(squares(), "y"),
		}
	}),
	"media_charts_nested": logs("media_charts_nested", func() row {
		return row{
			"nested": row{"c": media.Line(squares(), "x", "y"), "n": 1},
			"split":  media.Line(squares(), "x", "y", media.ChartOptions{SplitTable: true}),
		}
	}),
	"media_chart_preset": logs("media_chart_preset", func() row {
		fields, texts := map[string]string{"x": "x", "y": "y"}, map[string]string{"title": "T", "more": "m"}
		return row{"c": media.Vega("acme/losses", squares(), fields, texts)}
	}),
	"media_chart_series": logs("media_chart_series",
		func() row {
			xs, ys := [][]float64{{1.5, 2.5}, {3.5}}, [][]float64{{2.5, 4.5}, {6.5}}
			return row{"s": media.LineSeries(xs, ys, []string{"a", "b"}, "time", media.ChartOptions{Title: "T"})}
		},
		func() row {
			return row{"s": media.LineSeries([][]float64{{0.5, 1.5}}, [][]float64{{2.5, 4.5}, {6.5, 7.5}}, nil, "x")}
		}),
	"media_chart_confusion": logs("media_chart_confusion",
		func() row {
			m := media.ConfusionMatrix([]int{0, 1, 2, 2, 1}, []int{0, 2, 2, 2, 0}, []string{"a", "b", "c"}, media.ChartOptions{Title: "T"})
			return row{"m": m}
		},
		func() row { return row{"n": media.ConfusionMatrix([]int{3, 3, 7}, []int{3, 7, 7}, nil)} }),
	"media_chart_curves": logs("media_chart_curves", func() row {
		truth, scores := make([]int, 40), make([][]float64, 40)
		for i := range truth {
			truth[i] = i * 7 % 3
			scores[i] = []float64{float64(i*37%101) / 101, float64(i*53%97) / 97, float64(i*71%89) / 89}
		}
		names := []string{"a", "b", "c"}
		return row{"pr": media.PRCurve(truth, scores, names), "roc": media.ROC(truth, scores, names, media.ChartOptions{Title: "R"})}
	}),
})
