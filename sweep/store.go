package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/runid"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// store is the directory of a local sweep. trials.jsonl has a line for each event, trials.yaml has the
// config, for readers, and lock orders the processes that write them. A trial's process holds a lock on a file of the trial as long as it lives.
type store struct{ dir string }

// record is what is known of a trial; in a line, what has changed.
type record struct {
	ID     string         `json:"id"`
	Params map[string]any `json:"params,omitempty"`
	// Point is where the parameters are, from 0 to 1 in each dimension; nil in a grid.
	Point []float64 `json:"point,omitempty"`
	State string    `json:"state,omitempty"`
	Value *float64  `json:"value,omitempty"`
	// Rung and Reached are a report of a trial that may be stopped early.
	Rung    int      `json:"rung,omitempty"`
	Reached *float64 `json:"reached,omitempty"`
	// RetryOf is the failed trial that this one repeats, or "".
	RetryOf string `json:"retryOf,omitempty"`

	rungs   map[int]float64
	index   int  // of its parameters among those that were chosen; a repetition chooses none
	retried bool // another trial repeats it
}

// The states of a trial.
const (
	stateRunning  = "running"
	stateFinished = "finished"
	stateStopped  = "stopped"
	stateFailed   = "failed"
)

func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("open local sweep: %w", err)
	}
	return &store{dir}, nil
}

// locked calls do while no other process or goroutine changes the sweep.
func (s *store) locked(do func() error) error {
	lock, err := acquire(filepath.Join(s.dir, "lock"), true)
	if err != nil {
		return fmt.Errorf("lock local sweep: %w", err)
	}
	defer lock.release()
	return do()
}

// describe stores the config, so that a reader knows what the trials' values mean.
func (s *store) describe(c Config, name string) error {
	c.Name = name
	text, err := c.YAML()
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, "trials.yaml")
	return s.locked(func() error {
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
			return nil
		}
		if err := smallfile.Write(path, text); err != nil {
			return fmt.Errorf("write local sweep: %w", err)
		}
		return nil
	})
}

func (s *store) path() string { return filepath.Join(s.dir, "trials.jsonl") }

func (s *store) alive(id string) string { return filepath.Join(s.dir, "trial-"+id+".lock") }

// load returns the trials in the order in which they began. What a killed process has not written
// completely is omitted.
func (s *store) load() ([]*record, error) {
	data, err := os.ReadFile(s.path())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read local sweep: %w", err)
	}
	var list []*record
	byID, chosen := map[string]*record{}, 0
	for line := range bytes.Lines(data) {
		var change record
		if json.Unmarshal(line, &change) != nil || change.ID == "" {
			continue
		}
		r := byID[change.ID]
		if r == nil {
			r = &record{ID: change.ID, Params: change.Params, Point: change.Point, rungs: map[int]float64{}}
			if failed := byID[change.RetryOf]; failed != nil {
				failed.retried, r.RetryOf, r.index = true, failed.ID, failed.index
			} else {
				r.index = chosen
				chosen++
			}
			byID[change.ID] = r
			list = append(list, r)
		}
		if change.State != "" {
			r.State, r.Value = change.State, change.Value
		}
		if change.Reached != nil {
			r.rungs[change.Rung] = *change.Reached
		}
	}
	return list, nil
}

// append adds a line. A line that was not completed before is ended first.
func (s *store) append(change record) error {
	line, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("write local sweep: %w", err)
	}
	f, err := os.OpenFile(s.path(), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return fmt.Errorf("write local sweep: %w", err)
	}
	defer f.Close()
	last := make([]byte, 1)
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write local sweep: %w", err)
	}
	return f.Close()
}

// failed returns the ids of the trials that have failed and are not repeated.
func (s *store) failed() (ids map[string]bool, err error) {
	ids = map[string]bool{}
	err = s.locked(func() error {
		trials, err := s.load()
		if err != nil {
			return err
		}
		for _, r := range trials {
			ids[r.ID] = !r.retried && (r.State == stateFailed || r.State == stateRunning && s.dead(r.ID))
		}
		return nil
	})
	return ids, err
}

// begin chooses the parameters of the next trial: those of a trial of retry that has failed, or new ones. It
// returns a nil record if the sweep is complete, and otherwise the lock that shows that the trial's process lives.
func (s *store) begin(c *Config, seed uint64, retry map[string]bool) (next *record, lock *fileLock, err error) {
	err = s.locked(func() error {
		trials, err := s.load()
		if err != nil {
			return err
		}
		if err := s.bury(trials); err != nil {
			return err
		}
		dims, err := dimensionsOf(c.Parameters, nil, c.Method)
		if err != nil {
			return err
		}
		r, err := s.choose(c, dims, seed, trials, retry)
		if err != nil || r == nil {
			return err
		}
		if _, err := json.Marshal(r.Params); err != nil { // such as NaN
			return &errors.InputError{Field: "config", Rule: "gives a parameter a value that cannot be stored: " + err.Error()}
		}
		if lock, err = acquire(s.alive(r.ID), false); err != nil {
			return fmt.Errorf("lock trial: %w", err)
		}
		if err := s.append(*r); err != nil {
			lock.release()
			return err
		}
		next = r
		return nil
	})
	return next, lock, err
}

// choose returns the next trial, or nil if the sweep is complete.
func (s *store) choose(c *Config, dims []dimension, seed uint64, trials []*record, retry map[string]bool) (*record, error) {
	if reached(c, trials) {
		return nil, nil //nolint:nilnil // the sweep is complete
	}
	r := &record{ID: runid.New(), State: stateRunning}
	for _, t := range trials {
		if retry[t.ID] && !t.retried {
			r.RetryOf, r.Point = t.ID, t.Point
			var err error
			if r.Params, err = paramsAt(c, dims, t.index, t.Point); err != nil || !sameJSON(r.Params, t.Params) {
				return nil, &errors.InputError{Field: "config", Rule: "has changed: the failed trial " + t.ID + " had other parameters (" + s.dir + ")"}
			}
			return r, nil
		}
		if t.RetryOf == "" {
			r.index++
		}
	}
	if c.RunCap > 0 && r.index >= c.RunCap || c.Method == Grid && r.index >= gridSize(dims) {
		return nil, nil //nolint:nilnil // the sweep is complete
	}
	if c.Method != Grid {
		random := rand.New(rand.NewPCG(seed, uint64(r.index))) //nolint:gosec // it need not be secret
		r.Point = randomPoint(len(dims), random)
		if c.Method == Bayes {
			r.Point = propose(dims, c.Metric.Goal, trials, random)
		}
	}
	var err error
	r.Params, err = paramsAt(c, dims, r.index, r.Point)
	return r, err
}

// paramsAt returns the parameters of a trial: those at an index of a grid, or at a point.
func paramsAt(c *Config, dims []dimension, index int, point []float64) (map[string]any, error) {
	if c.Method == Grid {
		return paramsOf(dims, gridAt(dims, index)), nil
	}
	if len(point) != len(dims) {
		return nil, fmt.Errorf("choose parameters: %d numbers for %d dimensions", len(point), len(dims))
	}
	values := make([]any, len(dims))
	for i := range dims {
		values[i] = dims[i].at(point[i])
	}
	return paramsOf(dims, values), nil
}

// sameJSON reports whether parameters are those that were read from JSON.
func sameJSON(params, stored map[string]any) bool {
	var read map[string]any
	text, err := json.Marshal(params)
	return err == nil && json.Unmarshal(text, &read) == nil && reflect.DeepEqual(read, stored)
}

func randomPoint(n int, random *rand.Rand) []float64 {
	point := make([]float64, n)
	for i := range point {
		point[i] = random.Float64()
	}
	return point
}

// reached reports whether a trial has reached the target, which ends the sweep.
func reached(c *Config, trials []*record) bool {
	if c.Metric.Target == nil {
		return false
	}
	for _, r := range trials {
		if r.Value != nil && (*r.Value == *c.Metric.Target || c.Metric.Goal.better(*r.Value, *c.Metric.Target)) {
			return true
		}
	}
	return false
}

// dead reports whether the process of a running trial does not live any more. What cannot be found out is not dead.
func (s *store) dead(id string) bool {
	err := probe(s.alive(id))
	return err == nil || errors.Is(err, os.ErrNotExist)
}

// bury marks the trials as failed whose process does not live any more.
func (s *store) bury(trials []*record) error {
	for _, r := range trials {
		if r.State != stateRunning || !s.dead(r.ID) {
			continue
		}
		r.State = stateFailed
		if err := s.append(record{ID: r.ID, State: stateFailed}); err != nil {
			return err
		}
	}
	return nil
}

// end stores how a trial has ended.
func (s *store) end(r record, value *float64, failed error) error {
	change := record{ID: r.ID, State: stateFinished, Value: value}
	switch {
	case errors.Is(failed, ErrEarly):
		change.State = stateStopped
	case failed != nil:
		change.State, change.Value = stateFailed, nil
	}
	return s.locked(func() error { return s.append(change) })
}

// report stores the value that a trial has reached with a row, if that is one of those at which trials
// are compared, and reports whether the trial is to stop.
func (s *store) report(c *Config, id string, row int, value float64) (stop bool, err error) {
	if c.EarlyTerminate == nil || !c.EarlyTerminate.compares(row) {
		return false, nil
	}
	err = s.locked(func() error {
		trials, err := s.load()
		if err != nil {
			return err
		}
		stop = c.EarlyTerminate.stops(c.Metric.Goal, trials, id, row, value)
		return s.append(record{ID: id, Rung: row, Reached: &value})
	})
	return stop, err
}
