package sweep

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runpath"
)

// Local runs a sweep without a server that schedules it: the processes that run it choose the
// parameters themselves, with a directory that they share. Its runs are ordinary runs, online or
// offline, grouped under Name. Client, Config and Dir are required. Its fields must not change
// while [Local.Run] runs.
//
// Several processes of a machine may run the same sweep at the same time, with the same Config
// and Dir. They coordinate by locks on files in Dir, which must not be on a network file system.
// Systems without such locks (all but Linux, macOS, the BSDs and Windows) return
// errors.ErrUnsupported. The trial of a killed process counts as failed, even if its function was
// not called yet; another process or a later one continues the sweep. A failed trial is not run
// again unless RetryFailed asks for it.
type Local struct {
	Client *client.Client
	// Config is that of a sweep of a server. EarlyTerminate stops trials by the rows that they log
	// with [LocalTrial.Report].
	Config *Config
	// Dir is the directory with the state of the sweep. It is created if it does not exist. Its
	// file trials.jsonl has the trials, which [Results] reads and `wandgo board` shows. Its file
	// trials.yaml has the config, as [Load] reads it.
	Dir string
	// Name is the group of the runs. Default: the config's name, then that of Dir.
	Name string
	// Count is how many trials this process runs; 0 for as many as the sweep has. A random or
	// Bayes sweep without RunCap never ends by itself.
	Count int
	// Parallel is how many trials run at the same time in this process, 1 by default.
	Parallel int
	// RetryFailed makes [Local.Run] first repeat each trial that failed earlier, once. A trial
	// failed if
	//
	//   - its function returned an error or panicked,
	//   - its process was killed, or
	//   - ctx ended while it ran.
	//
	// Trials that were stopped early are not repeated. A repetition is a trial of its own, with
	// the same parameters and another run. It does not count for RunCap, and the failed trial
	// and its run stay. Several processes repeat a trial once. If the repetition fails, too, the
	// next Run repeats it.
	RetryFailed bool
	// Options, Failures and OnEvent are as in [Agent].
	Options  client.RunOptions
	Failures FailureRules
	OnEvent  func(Event)
	// Seed makes the choice of parameters repeatable, as far as trials end in the same order.
	Seed uint64
}

// LocalTrial is a trial of a [Local] sweep. The function that trains gets it after the
// trial's run, because only trials that report need it.
type LocalTrial struct {
	// Params are the chosen parameters.
	Params map[string]any

	local  *Local
	store  *store
	record record
	cancel context.CancelCauseFunc
	mu     sync.Mutex // guards rows and last
	rows   int
	last   *float64
}

// ErrEarly is the cause of the end of a trial's context if the trial does worse than others.
var ErrEarly = errors.New("the trial is stopped early: others do better")

// Report logs values to the run and passes that of the sweep's metric to the sweep. The last
// one is the trial's result. The number of values says how far the trial is: if it should stop
// early, the context of its function ends, with the cause [ErrEarly]. Report is safe for
// concurrent use. The error is that of client.Run.Log, or of the disk.
func (t *LocalTrial) Report(run *client.Run, values map[string]any) error {
	err := run.Log(values)
	value, ok := asFloat(values[t.local.Config.Metric.Name])
	if !ok {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows++
	t.last = &value
	stop, reported := t.store.report(t.local.Config, t.record.ID, t.rows, value)
	if stop {
		t.cancel(ErrEarly)
	}
	return errors.Join(err, reported)
}

// asFloat returns a finite number.
func asFloat(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case float64:
		f = v
	case float32:
		f = float64(v)
	case int:
		f = float64(v)
	case int64:
		f = float64(v)
	default:
		return 0, false
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}

// Run runs trials by calling train until the sweep has no more, Count of them have run, or ctx ends. A
// trial's result is the last value that it reported or, without a report, the summary's value of the
// metric when train returns. train must return when its context ends.
//
// Errors:
//   - *errors.InputError, or several joined: a field or the config is invalid, or the config gives a
//     trial that is to be repeated other parameters than it had.
//   - [ErrTooManyFailures], with the last trial's error.
//   - the error of ctx.
//   - any other error is the disk's.
func (l Local) Run(ctx context.Context, train func(ctx context.Context, run *client.Run, t *LocalTrial) error) error {
	if err := l.check(); err != nil {
		return err
	}
	st, err := openStore(l.Dir)
	if err != nil {
		return err
	}
	l.Name = cmp.Or(l.Name, l.Config.Name, filepath.Base(l.Dir))
	if err := st.describe(*l.Config, l.Name); err != nil {
		return err
	}
	var retry map[string]bool
	if l.RetryFailed {
		if retry, err = st.failed(); err != nil {
			return err
		}
	}
	shared := newLedger(l.Client, l.Count, l.Failures, l.OnEvent)
	return parallel(ctx, l.Parallel, func(ctx context.Context) error { return l.work(ctx, st, retry, shared, train) })
}

func (l *Local) check() error {
	switch {
	case l.Client == nil:
		return &errors.InputError{Field: "local sweep", Rule: "needs a client"}
	case l.Config == nil:
		return &errors.InputError{Field: "local sweep", Rule: "needs a config"}
	case l.Dir == "":
		return &errors.InputError{Field: "local sweep", Rule: "needs a directory"}
	case l.Count < 0 || l.Parallel < 0:
		return &errors.InputError{Field: "count and parallel", Rule: "must not be negative"}
	}
	return l.Config.Check()
}

// work runs one trial after the other.
func (l *Local) work(ctx context.Context, st *store, retry map[string]bool, shared *ledger, train func(context.Context, *client.Run, *LocalTrial) error) error {
	for ctx.Err() == nil && shared.reserve() {
		rec, lock, err := st.begin(l.Config, l.Seed, retry)
		if err != nil || rec == nil {
			return err
		}
		t := Trial{RunID: rec.ID, Params: rec.Params, sweep: runpath.Path{}}
		shared.begin(t)
		began := time.Now()
		result, failed := l.trial(ctx, st, *rec, train)
		err = st.end(*rec, result, failed)
		lock.release()
		if failed != nil && ctx.Err() != nil && errors.Is(failed, context.Cause(ctx)) {
			return err
		}
		if errors.Is(failed, ErrEarly) {
			failed = nil
		}
		if err := errors.Join(err, shared.end(t, time.Since(began), outcome{err: failed})); err != nil {
			return err
		}
	}
	return nil
}

// trial runs a trial and returns its result, or nil.
func (l *Local) trial(ctx context.Context, st *store, rec record, train func(context.Context, *client.Run, *LocalTrial) error) (*float64, error) {
	opts := l.Options
	opts.ID, opts.Group = rec.ID, l.Name
	opts.Entity, opts.Project = cmp.Or(opts.Entity, l.Config.Entity), cmp.Or(opts.Project, l.Config.Project)
	opts.Trial = client.Trial{Params: rec.Params}
	t := &LocalTrial{Params: rec.Params, local: l, store: st, record: rec}
	var result *float64
	err := runTrial(ctx, l.Client, opts, func(ctx context.Context, run *client.Run, end context.CancelCauseFunc) error {
		t.cancel = end
		err := train(ctx, run, t)
		t.mu.Lock()
		result = t.last
		t.mu.Unlock()
		v, _ := run.Summary(l.Config.Metric.Name)
		if value, ok := asFloat(v); ok && result == nil {
			result = &value
		}
		return err
	})
	return result, err
}

// Result is a trial of a local sweep as it is stored.
type Result struct {
	RunID  string
	Params map[string]any
	// State is running, finished, stopped (early) or failed, also if its process was killed.
	State string
	// Value is the result, or nil.
	Value *float64
	// RetryOf is the RunID of the failed trial that this one repeats, or "".
	RetryOf string
}

// Results returns the trials of a local sweep in the order in which they started. The error is
// the disk's; if there is no such directory, it matches fs.ErrNotExist.
func Results(dir string) ([]Result, error) {
	if _, err := os.Stat(dir); err != nil { // reading makes no directory
		return nil, fmt.Errorf("open local sweep: %w", err)
	}
	st := &store{dir}
	records, err := st.load()
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(records))
	for i, r := range records {
		if r.State == stateRunning && st.dead(r.ID) {
			r.State = stateFailed
		}
		results[i] = Result{RunID: r.ID, Params: r.Params, State: r.State, Value: r.Value, RetryOf: r.RetryOf}
	}
	return results, nil
}

// Best returns the best of results by a metric's goal, nil if none has a value.
func Best(results []Result, goal Goal) *Result {
	var best *Result
	for i := range results {
		r := &results[i]
		if r.Value == nil {
			continue
		}
		if best == nil || goal.better(*r.Value, *best.Value) {
			best = r
		}
	}
	return best
}
