package wandbtest

import (
	"strconv"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// rewindRun drops the history after a step.
func (x *execution) rewindRun(in arguments) (any, error) {
	r, err := x.writableRun(in)
	if err != nil {
		return nil, err
	}
	if in.text("metricName") != "_step" {
		return nil, badRequest("invalid parameters: only _step can be rewound to")
	}
	limit, _ := in.number("metricValue")
	r.rewind(limit)
	return fields{"rewoundRun": r}, nil
}

// rewind drops the history rows whose _step is above limit, and makes the last
// one left the summary.
func (r *run) rewind(limit float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	keep := r.rowsUpTo(limit)
	r.history.Truncate(keep)
	r.index = stepIndex{}
	r.referee.rewound(keep)
	r.summary = r.history.Last()
}

// rowsUpTo counts the rows until the last whose _step is not above limit. Call
// with mu held.
func (r *run) rowsUpTo(limit float64) int {
	n := 0
	for i, line := range r.history.All() {
		if step, ok := stepOf(line); ok && step <= limit {
			n = i + 1
		}
	}
	return n
}

// graft copies the history of its parent into a new fork: the rows up to the step of the
// branch point in its config, and the last of them as the summary. A client that writes
// from line 0 on overwrites them.
func (r *run) graft() {
	point := jsontext.Member(jsontext.Member(jsontext.Member(r.config, "_wandb"), "value"), "branch_point")
	id, err := strconv.Unquote(jsontext.Member(point, "run_id"))
	if err != nil || id == r.key.ID {
		return
	}
	limit, err := strconv.ParseFloat(jsontext.Member(point, "step"), 64)
	parent := r.project.runs[id]
	if err != nil || parent == nil || parent.deleted.Load() {
		return
	}
	parent.mu.Lock()
	rows := parent.history.All()[:parent.rowsUpTo(limit)]
	parent.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history.Put(0, rows)
	r.summary = r.history.Last()
}
