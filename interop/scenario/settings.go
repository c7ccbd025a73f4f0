package scenario

import "github.com/wandgo/wandgo/client"

var _ = register(map[string]func(half){
	"config_nested": func(h half) {
		r := h.init("config_nested", client.RunOptions{Config: row{
			"lr": 0.1, "opt": row{"name": "adam", "betas": []float64{0.9, 0.999}, "deep": row{"er": true}}, "none": nil,
			"a.b": 1, "empty": row{}, "list": []int{}, "tuple": []int{1, 2}, "big": 1<<53 + 1, "tiny": 1e-7, "text": "x",
		}})
		r.update(row{"batch": 32, "opt2": row{"name": "sgd"}})
		r.update(row{"epochs": 10})
		r.overwrite(row{"lr": 0.2})
		r.overwrite(row{"opt": row{"name": "lion"}})
		r.update(row{"seed": 7}) // setdefaults leaves batch alone
		r.log(row{"a": 1})
		r.update(row{"late": "yes"})
		r.finish()
	},
	"config_special": func(h half) {
		h.init("config_special", client.RunOptions{
			Config: row{"nan": nan, "inf": inf, "enum": "RED", "nested": row{"nan": nan}, "-dashed-": 1},
		}).finish()
	},
	"labels": func(h half) {
		r := h.init("labels", client.RunOptions{
			Name: "my run", Notes: "some\nnotes", Tags: []string{"b", "a", "ünï"}, Group: "exp-1", JobType: "train",
		})
		r.log(row{"a": 1})
		r.finish()
	},
	"labels_changed": func(h half) {
		r := h.init("labels_changed", client.RunOptions{Name: "first", Notes: "n1", Tags: []string{"a"}})
		r.log(row{"a": 1})
		must(r.SetName("second"))
		must(r.SetNotes("n2"))
		must(r.AddTags("b", "c"))
		r.finish()
	},
	"environment": func(h half) {
		r := h.init("", client.RunOptions{})
		r.log(row{"a": 1})
		r.finish()
	},
	"machine": func(h half) {
		r := h.init("machine", client.RunOptions{})
		r.log(row{"a": 1})
		r.finish()
	},
})
