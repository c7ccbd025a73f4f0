package client

// Summary returns a value of the summary, by default the last one that was logged, and
// whether there is one. A path of several elements is that of a nested value, such as a
// field of a struct that was logged, or of what DefineMetric asked for ("min"). Lists are
// returned as JSON text. An object of metrics and the empty path have no value. It is
// safe for concurrent use.
func (r *Run) Summary(path ...string) (any, bool) { return r.session.Summary(path...) }

// SetSummary sets a value of the summary, whatever was logged before. A path of several
// elements is that of a nested value. A value that is logged later replaces it; what
// DefineMetric asked for the metric does not apply any more. It does not block on the
// network and is safe for concurrent use.
//
// Errors:
//   - *errors.InputError: the value cannot be encoded, the path is empty or has more than 900
//     elements, or the client sets the key itself (_step, _runtime, _timestamp, _wandb).
//   - ErrRunFinished after Finish.
func (r *Run) SetSummary(value any, path ...string) error {
	return r.session.SetSummary(value, path...)
}

// DeleteSummary removes a value, and what is nested below it, from the summary. It is not an
// error if the value does not exist. It does not block on the network and is safe for concurrent
// use. The error is an *errors.InputError for an empty path and for the keys that the client sets
// itself, or ErrRunFinished.
func (r *Run) DeleteSummary(path ...string) error { return r.session.DeleteSummary(path...) }
