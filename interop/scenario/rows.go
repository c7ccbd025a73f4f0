package scenario

import (
	"errors"
	"math"
	"strconv"

	"github.com/wandgo/wandgo/client"
)

var nan, inf = math.NaN(), math.Inf(1)

var _ = register(map[string]func(half){
	"plain": func(h half) {
		r := h.init("plain", client.RunOptions{Config: row{"lr": 0.1, "layers": 3, "name": "net"}})
		for i := range 5 {
			r.log(row{"loss": 1 / float64(i+1), "acc": float64(i) * 0.125, "epoch": i})
		}
		r.finish()
	},
	"empty_run": func(h half) { h.init("empty_run", client.RunOptions{}).finish() },
	"explicit_steps": func(h half) {
		r := h.init("explicit_steps", client.RunOptions{})
		for _, step := range []int64{0, 1, 5, 10, 1000000007} {
			r.at(step, row{"loss": float64(step) + 0.5})
		}
		r.finish()
	},
	"several_logs_per_step": func(h half) {
		r := h.init("several_logs_per_step", client.RunOptions{})
		r.at(0, row{"a": 1})
		r.at(0, row{"b": 2, "a": 3})
		r.at(1, row{"n": row{"x": 1, "deep": row{"u": 1}}})
		r.at(1, row{"n": row{"y": 2, "deep": row{"v": 2}}})
		r.partial(row{"c": 1})
		r.partial(row{"d": 2})
		r.log(row{"e": 3})
		r.partial(row{"f": 4})
		r.commitAt(2, row{"g": 5})
		r.commitAt(7, row{"h": 6})
		r.log(row{"i": 7})
		r.partial(row{"left": "open"})
		r.finish()
	},
	"commit_without_values": func(h half) {
		r := h.init("commit_without_values", client.RunOptions{})
		r.partial(row{"a": 1})
		r.log(row{})
		r.log(row{})
		r.log(row{"b": 1})
		r.finish()
	},
	"late_steps": func(h half) {
		r := h.init("late_steps", client.RunOptions{})
		r.at(5, row{"a": 1})
		r.late(3, row{"late": 1})
		r.log(row{"a": 2})
		r.late(0, row{"late": 2})
		r.late(5, row{"late": 3})
		r.at(9, row{"a": 3})
		r.finish()
	},
	"nested_keys": func(h half) {
		r := h.init("nested_keys", client.RunOptions{})
		r.log(row{
			"a": row{"b": 1, "c": row{"d": 2}}, "a.b": 3, "x/y": 4, "empty": row{},
			"half": row{"empty": row{}, "z": 5},
		})
		r.log(row{"a": row{"b": 6}, "a.b": 7})
		r.log(row{"a": row{"e": 9}})
		r.finish()
	},
	"nan_infinity": func(h half) {
		r := h.init("nan_infinity", client.RunOptions{})
		r.log(row{"x": nan, "y": inf, "z": -inf, "n": row{"x": nan}, "list": []float64{1.5, nan, inf}})
		r.log(row{"x": 1.0, "y": nan, "s": "NaN"})
		r.log(row{"x": nan})
		r.finish()
	},
	"numbers": func(h half) {
		r := h.init("numbers", client.RunOptions{})
		r.log(row{"i": 1<<53 + 1, "max": math.MaxInt64, "min": math.MinInt64, "u": uint64(math.MaxUint64)})
		r.log(row{
			"small": 1e-7, "big": 1e21, "sum": 0.1 + zeroPointTwo, "whole": 5.0, "huge": 1e300,
			"tiny": math.SmallestNonzeroFloat64, "zero": math.Copysign(0, -1),
		})
		r.log(row{"third": 1.0 / 3, "edge": 1e-6, "edge21": 123456789012345680000.0, "neg": -1.5e-9})
		r.finish()
	},
	"unicode_text": func(h half) {
		r := h.init("unicode_text", client.RunOptions{Config: row{"naïve": "日本語", "emoji": "🚀"}})
		r.log(row{
			"größe": 1, "日本": row{"語": 2}, "🚀": 3, "quote\"d": 4, "back\\slash": 5, "new\nline": 6, "tab\t": 7,
		})
		r.log(row{
			"text": "ünï \u202e \u2028 \u2029 <b>&amp; \x00\x01\x1f\x7f \ufffd 𝔘", "html": "<script>", "empty": "",
		})
		r.finish()
	},
	"values": func(h half) {
		r := h.init("values", client.RunOptions{})
		r.log(row{
			"yes": true, "no": false, "nothing": nil, "text": "abc", "list": []any{1, 2.5, "x", nil, true}, "none": []int{},
		})
		r.log(row{"tuple": [2]int{1, 2}, "objects": []row{{"a": 1}, {"b": []any{1, []int{2}}}}, "deep": [][]int{{1, 2}, {3, 4}}})
		r.log(row{"nothing": 1, "text": 2})
		r.log(row{"nothing": nil, "text": nil, "list": nil})
		r.finish()
	},
	"own_keys": func(h half) {
		r := h.init("own_keys", client.RunOptions{})
		if r.Log(row{"_step": 7, "_timestamp": 1234.5, "_runtime": 99, "_mine": 1, "a": 1}) == nil {
			must(errors.New("nothing was said of _step, which is left out"))
		}
		r.log(row{"a": 2})
		r.finish()
	},
	"wide_row": func(h half) {
		r := h.init("wide_row", client.RunOptions{})
		for n := range 3 {
			wide := row{}
			for i := range 1000 {
				wide["key"+strconv.Itoa(i)] = float64(i) + float64(n)/4
			}
			r.log(wide)
		}
		r.finish()
	},
	"many_rows": func(h half) {
		r := h.init("many_rows", client.RunOptions{})
		for i := range 20000 {
			r.log(row{"i": i, "half": float64(i) / 2})
		}
		r.finish()
	},
})

// zeroPointTwo is a variable because Go adds constants exactly.
var zeroPointTwo = 0.2
