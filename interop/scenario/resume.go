package scenario

import (
	"strconv"

	"github.com/wandgo/wandgo/client"
)

var _ = register(map[string]func(half){
	"resume_allow": func(h half) {
		h.resumed("resume_allow", client.RunOptions{Resume: "allow", Config: row{"a": 5, "d": 3}})
	},
	"resume_allow_new": func(h half) { twoRows(h.init("resume_allow_new", client.RunOptions{Resume: "allow"}), 0) },
	"resume_must": func(h half) {
		h.resumed("resume_must", client.RunOptions{Resume: "must", Tags: []string{"u"}, Notes: "other"})
	},
	"resume_must_missing": func(h half) { h.refused("resume_must_missing", client.RunOptions{Resume: "must"}) },
	"resume_never": func(h half) {
		twoRows(h.init("resume_never", client.RunOptions{Resume: "never"}), 0)
		h.refused("resume_never", client.RunOptions{Resume: "never"})
	},
	"resume_unset": func(h half) { h.resumed("resume_unset", client.RunOptions{}) },
	"resume_steps": func(h half) {
		r := h.init("resume_steps", client.RunOptions{})
		r.at(10, row{"a": 1})
		r.at(20, row{"a": 2})
		r.finish()
		r = h.init("resume_steps", client.RunOptions{Resume: "allow"})
		r.late(20, row{"late": 3})
		r.log(row{"a": 4})
		r.at(30, row{"a": 5})
		r.finish()
	},
	"resume_auto_crash": func(h half) { h.twoRowsAndWait("", client.RunOptions{Resume: "auto"}) },
	"resume_auto_again": func(h half) { twoRows(h.init("", client.RunOptions{Resume: "auto"}), 2) },
	"crash":             func(h half) { h.twoRowsAndWait("crash_resume", client.RunOptions{Config: row{"a": 1}}) },
	"crash_resume":      func(h half) { twoRows(h.init("crash_resume", client.RunOptions{Resume: "must"}), 2) },
	"fork": func(h half) {
		fiveRows(h.init("fork_origin", client.RunOptions{}))
		r := h.init("fork", client.RunOptions{ForkFrom: client.RunStep{RunID: "fork_origin", Step: 2}})
		r.log(row{"i": 100})
		r.finish()
	},
	"rewind": func(h half) {
		fiveRows(h.init("rewind", client.RunOptions{Config: row{"a": 1}}))
		r := h.init("", client.RunOptions{RewindTo: client.RunStep{RunID: "rewind", Step: 2}})
		r.log(row{"i": 100})
		r.finish()
	},
})

// resumed creates a run and resumes it with the options.
func (h half) resumed(id string, again client.RunOptions) {
	twoRows(h.init(id, client.RunOptions{
		Config: row{"a": 1, "b": row{"c": 2}}, Tags: []string{"t"}, Notes: "n", Name: "first",
	}), 0)
	twoRows(h.init(id, again), 2)
}

func twoRows(r run, from int) {
	part := "first"
	if from > 0 {
		part = "second"
	}
	r.log(row{"i": from, part: 1, "n": row{"k" + strconv.Itoa(from): 1}})
	r.log(row{"i": from + 1})
	r.finish()
}

func fiveRows(r run) {
	for i := range 5 {
		r.log(row{"i": i})
	}
	r.finish()
}

func (h half) twoRowsAndWait(id string, opts client.RunOptions) {
	r := h.init(id, opts)
	r.log(row{"i": 0})
	r.log(row{"i": 1})
	ready()
	<-h.ctx.Done()
}
