package scenario

import (
	"fmt"

	"github.com/wandgo/wandgo/client"
)

var _ = register(map[string]func(half){
	"define_metric_step": func(h half) {
		r := h.init("define_metric_step", client.RunOptions{})
		r.define("epoch", client.MetricOptions{})
		r.define("val/loss", client.MetricOptions{StepMetric: "epoch"})
		r.define("train.loss", client.MetricOptions{StepMetric: "batch", NoStepSync: true})
		for i := range 4 {
			r.log(row{"epoch": i, "val/loss": 1 / float64(i+1), "batch": 10 * i})
		}
		r.log(row{"val/loss": 0.125})
		r.finish()
	},
	"define_metric_summary": func(h half) {
		r := h.init("define_metric_summary", client.RunOptions{})
		kinds := []client.SummaryKind{"min", "max", "mean", "last", "first", "none"}
		for _, kind := range kinds {
			r.define(string(kind), client.MetricOptions{Summary: []client.SummaryKind{kind}})
		}
		r.define("all", client.MetricOptions{Summary: kinds[:5]})
		r.define("never", client.MetricOptions{Summary: kinds[:2]})
		r.define("words", client.MetricOptions{Summary: kinds[:4]})
		r.define("nan", client.MetricOptions{Summary: kinds[:3]})
		r.define("n.deep", client.MetricOptions{Summary: kinds[1:2]})
		for i, v := range []float64{3, 1.5, 4, -2} {
			m := row{"all": v, "words": fmt.Sprintf("w%d", i), "nan": v, "n": row{"deep": v, "other": v}}
			for _, kind := range kinds {
				m[string(kind)] = v
			}
			if i == 2 {
				m["nan"] = nan
			}
			r.log(m)
		}
		r.finish()
	},
	"define_metric_glob": func(h half) {
		r := h.init("define_metric_glob", client.RunOptions{})
		r.define("train/*", client.MetricOptions{StepMetric: "epoch"})
		r.define("train/loss", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}})
		r.define("val/*", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}})
		for i := range 3 {
			r.log(row{"epoch": i, "train/loss": 3 - i, "train/acc": i, "val/acc": []int{1, 5, 2}[i], "other": i})
		}
		r.finish()
	},
	"define_metric_star": func(h half) {
		r := h.init("define_metric_star", client.RunOptions{})
		r.define("*", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}})
		r.define("own", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}})
		for i := range 3 {
			r.log(row{"a": []int{1, 5, 2}[i], "own": i, "n": row{"x": -i}, "_hidden": i})
		}
		r.finish()
	},
	"define_metric_hidden": func(h half) {
		r := h.init("define_metric_hidden", client.RunOptions{})
		r.define("secret", client.MetricOptions{Hidden: true})
		r.define("acc", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}, Hidden: true, StepMetric: "secret"})
		r.log(row{"secret": 1, "acc": 3})
		r.log(row{"secret": 2, "acc": 1})
		r.finish()
	},
	"define_metric_overwrite": func(h half) {
		r := h.init("define_metric_overwrite", client.RunOptions{})
		for _, name := range []string{"a", "b"} {
			r.define(name, client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin}, Hidden: true})
			r.define(name, client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMax}, Overwrite: name == "b"})
		}
		for _, v := range []int{1, 3, 2} {
			r.log(row{"a": v, "b": v})
		}
		r.finish()
	},
	"define_metric_late": func(h half) {
		r := h.init("define_metric_late", client.RunOptions{})
		r.log(row{"a": 5})
		r.define("a", client.MetricOptions{Summary: []client.SummaryKind{client.SummaryMin, client.SummaryMax}})
		r.log(row{"a": 3})
		r.log(row{"a": 4})
		r.finish()
	},
	"summary_overwrites": func(h half) {
		r := h.init("summary_overwrites", client.RunOptions{})
		r.log(row{"a": 1, "b": 1, "gone": 1, "n": row{"x": 1, "y": 2}})
		must(r.SetSummary("mine", "b"))
		must(r.SetSummary(row{"here": []int{1, 2}, "and": "there"}, "only"))
		must(r.SetSummary(10, "n", "x"))
		must(r.DeleteSummary("gone"))
		must(r.SetSummary(1, "u"))
		must(r.SetSummary(2.5, "v"))
		r.log(row{"a": 2})
		r.log(row{"b": 3})
		must(r.SetSummary(nan, "best"))
		r.finish()
	},
})

func (r run) define(name string, opts client.MetricOptions) { must(r.DefineMetric(name, opts)) }
