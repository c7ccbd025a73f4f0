// Package summary computes the summary of a run. It has one value for each metric: the
// last one that was logged, the operations that the metric's definition asks for (such
// as min), or a value that the program sets.
//
// The numbers are those of the official client 0.31.0, including its oddities, which
// the comments name. There are four differences. In the first three cases the official
// client loses values:
//
//   - After an object is deleted, the official client never shows a key below it again.
//     Here a key reappears when it is logged.
//   - After a resume, the official client treats each object of the old summary as one
//     value, so logging a key in it drops the key's siblings. Here they stay.
//   - On a resume, the official client drops the old _step. Here it stays.
//   - If a key is an object, then a value, then an object again, it depends on the
//     official client's batches whether the keys of the first object reappear. Here they
//     do not.
package summary

import (
	"fmt"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
	"github.com/wandgo/wandgo/internal/secret"
)

// Keys that the client writes itself.
const (
	keyStep      = "_step"
	keyRuntime   = "_runtime"
	keyTimestamp = "_timestamp"
	keyWandb     = "_wandb"
)

// Summary is a tree of values. The zero Summary is empty and ready to use. It is
// not safe for concurrent use.
type Summary struct {
	root node
	enc  history.Encoder

	step, runtime, timestamp *node // nil until they are needed
	ownTimestamp             bool  // the last row had a _timestamp
}

// Update adds the values of a row that was logged. Objects are merged key by key. A null
// does not change the shown value, except that the operations first and last accept it.
// row is not kept.
func (s *Summary) Update(row *history.Row) {
	p := s.planOf(row)
	for i, n := range p.nodes {
		s.log(n, row.Values[i])
	}
	s.ownTimestamp = false
	if p.timestamp >= 0 {
		_, absent := row.Values[p.timestamp].(history.Absent)
		s.ownTimestamp = !absent
	}
}

// SetMeta sets _step, _runtime and _timestamp, the last unless the row of the previous
// Update had one. Call it after Update.
func (s *Summary) SetMeta(step int64, runtime, timestamp float64) {
	if s.step == nil {
		s.step = s.root.child(keyStep)
	}
	s.step.showInt(step)
	s.SetTimes(runtime, timestamp)
}

// SetTimes is SetMeta for rows without a step, as in a run with several writers.
func (s *Summary) SetTimes(runtime, timestamp float64) {
	if s.runtime == nil {
		s.runtime, s.timestamp = s.root.child(keyRuntime), s.root.child(keyTimestamp)
	}
	s.runtime.showFloat(runtime)
	switch {
	case s.ownTimestamp:
		s.ownTimestamp = false
	case s.timestamp.ops != 0:
		// The official client applies operations to _timestamp, but not to the
		// other two keys.
		s.log(s.timestamp, timestamp)
	default:
		s.timestamp.showFloat(timestamp)
	}
}

// SetRuntime sets _runtime and _wandb.runtime to whole seconds. It is called when a run
// starts and when it finishes.
func (s *Summary) SetRuntime(seconds int64) {
	s.root.child(keyRuntime).showInt(seconds)
	s.SetWandbRuntime(seconds)
}

// SetWandbRuntime sets _wandb.runtime.
func (s *Summary) SetWandbRuntime(seconds int64) {
	wandb := s.root.child(keyWandb)
	if wandb.shown != showsNothing {
		wandb.hide()
	}
	wandb.child("runtime").showInt(seconds)
}

// Configure sets the operations of the metric at path. They apply from its next value
// on; until then the shown value stays. Values that were logged before are included.
// A metric cannot be a value and an object at once, so the operations of metrics above
// and below path are dropped.
func (s *Summary) Configure(ops metric.Ops, path ...string) {
	if len(path) == 0 || len(path) == 1 && (path[0] == keyStep || path[0] == keyRuntime) {
		return
	}
	n := s.descend(path[:len(path)-1], false).child(path[len(path)-1])
	s.becomeLeaf(n)
	n.ops = ops
}

// Set sets the value at a path and drops the operations of the metric, except none. As
// in the official client, an object is one value: setting or logging a key in it later
// replaces it. Null and NaN remove the value. If path is empty or any part of v cannot
// be encoded, nothing changes and the error is an [errors.InputError].
func (s *Summary) Set(v any, path ...string) error {
	if len(path) == 0 {
		return &errors.InputError{Field: "summary key", Rule: "must not be empty"}
	}
	encoded, err := encodeSet(v)
	if err != nil {
		return fmt.Errorf("set summary %q: %w", metric.JoinName(path...), err)
	}
	n := s.descend(path[:len(path)-1], true).child(path[len(path)-1])
	s.becomeLeaf(n)
	n.ops &= metric.OpsOf(metric.None)
	n.present = true
	n.cut()
	if encoded == nil {
		n.hide()
	} else {
		n.show(encoded)
	}
	return nil
}

// maxPath is how long a path may be, so that package jsonx reads a summary with a value at its end.
const maxPath = jsonx.MaxDepth - history.MaxDepth

// CheckPath returns an [errors.InputError] if a path is empty or too long, or begins with a key
// that the client writes itself. The next row would overwrite a value there.
func CheckPath(path []string) error {
	switch {
	case len(path) == 0:
		return &errors.InputError{Field: "summary key", Rule: "must not be empty"}
	case len(path) > maxPath:
		return &errors.InputError{Field: "summary key", Rule: fmt.Sprintf("must not have more than %d parts", maxPath)}
	}
	switch path[0] {
	case keyStep, keyRuntime, keyTimestamp, keyWandb:
		return &errors.InputError{Field: "summary key", Value: secret.Redact(path[0]), Rule: "is the client's own"}
	}
	return nil
}

// Delete removes the values at a path and below it. As in the official client, operations
// stay, min, max and mean still include the values logged before, and first is the next
// value.
func (s *Summary) Delete(path ...string) {
	n := &s.root
	for _, name := range path {
		if n = n.children[name]; n == nil {
			return
		}
	}
	if n != &s.root {
		s.remove(n)
	}
}

func (s *Summary) remove(n *node) {
	n.hide()
	n.present = false
	for _, c := range n.children {
		s.remove(c)
	}
}

// Load adds the summary of a run that is resumed. Call it once, before anything else. The
// old values are shown until new ones are logged. Operations do not include them, and as
// in the official client first stays null, because the first value is in the old rows.
// If text is not an object, nothing changes and the error matches
// [errors.ErrInvalidInput].
func (s *Summary) Load(text []byte) error {
	object, err := jsonx.ParseObject(text)
	if err != nil {
		return fmt.Errorf("load summary: %w: %w", errors.ErrInvalidInput, err)
	}
	for key, v := range object {
		n := s.root.child(key)
		s.load(n, v)
		n.present = true
	}
	return nil
}

// load shows a value of an old summary.
func (s *Summary) load(n *node, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		if len(v) == 0 {
			n.show(history.Encoded("{}"))
		}
		for name, below := range v {
			s.load(n.child(name), below)
		}
	case []any:
		n.show(s.encode(v))
	default:
		n.show(v)
	}
}

// encode writes a value whose parts were written or parsed before, which cannot fail.
func (s *Summary) encode(v any) history.Encoded {
	text, _ := s.enc.AppendValue(nil, v)
	return text
}

// descend returns the node at path, which becomes an object. If cover is set, the values
// shown on the way are hidden.
func (s *Summary) descend(path []string, cover bool) *node {
	n := &s.root
	for _, name := range path {
		n = n.child(name)
		s.becomeInner(n)
		if cover {
			n.hide()
		}
	}
	return n
}
