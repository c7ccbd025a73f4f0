package client

// Log adds a row of metrics to the run's history at the current step, updates the
// summary with its values, and moves on to the next step. It does not block on the
// network and is safe for concurrent use.
//
// A value may be
//
//   - a number of any kind, NaN and infinity included;
//   - a string, a boolean, a time, or a duration, which is logged in seconds;
//   - a slice, a map with string keys, a struct with JSON tags, or a pointer to one of these;
//   - a value of package media, such as an image or a table.
//
// The row is encoded at once and not retained. What [Run.LogAt] or [Run.LogPartial] left
// open at this step becomes part of the row. If both have a key, the later value counts. A _timestamp, in seconds since 1970, replaces
// the client's.
//
// An error means that something of this row was not logged:
//
//   - ErrInvalidInput: the keys that the error names were omitted, and the rest of the
//     row was logged. Their values cannot be encoded, are nested more than 100 deep, or
//     would make the row longer than 10,383,360 bytes (WANDB_X_FILE_STREAM_MAX_LINE_BYTES);
//     or they are _step and _runtime, which the client sets.
//   - ErrRowLost: neither the server nor the disk has the row.
//   - ErrRunFinished: the run is finished.
//
// Trouble that costs no row, such as a disk that is full while rows wait in memory, is
// logged, shown at the terminal and returned by [Run.Err].
func (r *Run) Log(row map[string]any) error { return r.session.Log(row) }

// LogAt adds metrics to the row of the given step and leaves the row open, so that
// further calls for the same step add to it. A later step, a call of [Run.Log] or
// [Run.Commit], or Finish logs it. Gaps are allowed. Metrics for a step before the
// current one are dropped, and the error matches ErrStepInPast. Otherwise it is like
// Log. A row that is open is not on disk: if the process is killed, it is lost, whatever
// its age. Call Commit where that matters, such as after the last metrics of a long epoch.
//
// In shared mode the server numbers the rows: step is ignored, with a warning in the
// log, and LogAt is Log.
func (r *Run) LogAt(step int64, row map[string]any) error { return r.session.LogAt(step, row) }

// LogPartial adds metrics to the row of the current step and leaves it open, so that
// several parts of a program can fill one row. See [Run.LogAt] for what logs it;
// otherwise it is like Log.
func (r *Run) LogPartial(row map[string]any) error { return r.session.LogPartial(row) }

// Commit logs the row that LogAt or LogPartial left open, if there is one, and moves on
// to the next step in any case.
func (r *Run) Commit() error { return r.session.Commit() }
