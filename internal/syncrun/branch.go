package syncrun

import (
	"context"
	"fmt"
	"math"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// Rewound returns the step to which the log's process rewound its own run, and false if
// it did not rewind it.
func Rewound(r *record.Run) (step int64, ok bool) {
	b := r.BranchPoint
	if b == nil || b.Run != r.ID || b.Metric != keyStep || b.Value < 0 || b.Value >= math.MaxInt64 {
		return 0, false
	}
	return int64(b.Value), true
}

// rewinds reports whether the run has to be rewound before the log is uploaded. An
// earlier sync may have done so; a second time would drop the rows that were added since.
// With another run id the log is a fork.
func (j *job) rewinds(old *serverState, note *rundir.Uploaded) (step int64, ok bool, err error) {
	run := j.contents.Run
	step, ok = Rewound(run)
	if !ok || j.target.RunID != run.ID || note != nil || j.log.Dir.Synced() {
		return 0, false, nil
	}
	if old != nil && old.lines.History > 0 {
		t, err := scan(j.log, old, 0, 0)
		if err != nil || t.found {
			return 0, false, err
		}
	}
	return step, true, nil
}

// rewind rewinds the run on the server and returns where the log continues.
func (j *job) rewind(ctx context.Context, step int64) (*serverState, *resumePoint, error) {
	if err := j.e.Server.Rewind(ctx, j.target, step); err != nil {
		return nil, nil, err
	}
	s, err := j.serverState(ctx, j.target)
	switch {
	case err != nil:
		return nil, nil, err
	case s == nil:
		return nil, nil, fmt.Errorf("rewind run %s: the server no longer has it", j.target.RunID)
	}
	return s, &resumePoint{
		base:    s.lines,
		history: s.lines.History, events: s.lines.Events, since: math.Inf(-1), counted: -1, rewound: true,
	}, nil
}
