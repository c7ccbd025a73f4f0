package client

// Summary returns the summary value of a metric, by default the last one
// logged, and whether there is one. Nested values, also the fields of a struct that
// was logged, are addressed by their path, and what DefineMetric asked for by its name
// ("min"). Lists come back as JSON text; for an object of metrics, which has no value of
// its own, and for an empty path there is none. It is safe for concurrent use.
func (r *Run) Summary(path ...string) (any, bool) { return r.session.Summary(path...) }

// SetSummary sets a value of the summary, whatever was logged before; path has
// more than one element for a nested value. It ends what DefineMetric asked for
// the metric; a value logged later takes its place. It does not wait for the
// network and is safe for concurrent use. The error is an *errors.InputError for
// a value that cannot be encoded and for the keys that the client writes itself
// (_step, _runtime, _timestamp, _wandb), or ErrRunFinished.
func (r *Run) SetSummary(value any, path ...string) error {
	return r.session.SetSummary(value, path...)
}

// DeleteSummary takes a value, and what is nested below it, out of the summary. A path
// that has nothing is no error. It does not wait for the network and is safe for
// concurrent use. The error is an *errors.InputError for an empty path and for the keys
// that the client writes itself, or ErrRunFinished.
func (r *Run) DeleteSummary(path ...string) error { return r.session.DeleteSummary(path...) }
