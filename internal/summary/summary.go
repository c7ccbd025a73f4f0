// Package summary keeps what a run shows for each metric when it is over: the
// last value of every key that was logged, or what its definition asks for, and
// what the program sets itself.
//
// The numbers are those of the official client (measured against 0.31.0), down to
// its odd parts, which the comments name. It departs from it in four places. In
// three of them the official client loses values:
//
//   - After a nested object was deleted, the official client never shows any key
//     below it again. Here a key comes back when it is logged.
//   - After a resume, the official client takes each object of the old summary for
//     one value, so that logging a key in it drops the key's siblings. Here they
//     stay.
//   - On a resume, the official client drops the old _step. Here it stays.
//   - Where a key is an object, then a value, and then an object again, the official
//     client brings the keys of the first object back, or does not, by how its
//     batches fall. Here they are gone.
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

	step, runtime, timestamp *node // once they are needed
	ownTimestamp             bool  // the row taken in last had one
}

// Update takes in the values of a row that was logged. Nested objects are merged
// key by key. A null leaves what is shown, unless the metric has operations, of
// which first and last take it. row is not kept.
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

// SetMeta sets _step, _runtime and _timestamp, the latter unless the row of the
// last Update had one of its own. It is called after Update.
func (s *Summary) SetMeta(step int64, runtime, timestamp float64) {
	if s.step == nil {
		s.step = s.root.child(keyStep)
	}
	s.step.showInt(step)
	s.SetTimes(runtime, timestamp)
}

// SetTimes is SetMeta for rows that have no step of their own, as those of
// several writers.
func (s *Summary) SetTimes(runtime, timestamp float64) {
	if s.runtime == nil {
		s.runtime, s.timestamp = s.root.child(keyRuntime), s.root.child(keyTimestamp)
	}
	s.runtime.showFloat(runtime)
	switch {
	case s.ownTimestamp:
		s.ownTimestamp = false
	case s.timestamp.ops != 0:
		// The official client lets operations of _timestamp hold, and of the
		// other two not.
		s.log(s.timestamp, timestamp)
	default:
		s.timestamp.showFloat(timestamp)
	}
}

// SetRuntime sets _runtime and _wandb.runtime to whole seconds, as is done when a
// run starts and when it ends.
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

// Configure sets the operations of the metric at path. They take hold with its
// next value; until then what is shown stays. The values that were logged before
// count all the same: they are kept track of from the first on. A metric cannot be
// a value and an object at once, so the operations of metrics above and below path
// end.
func (s *Summary) Configure(ops metric.Ops, path ...string) {
	if len(path) == 0 || len(path) == 1 && (path[0] == keyStep || path[0] == keyRuntime) {
		return
	}
	n := s.descend(path[:len(path)-1], false).child(path[len(path)-1])
	s.becomeLeaf(n)
	n.ops = ops
}

// Set puts a value at a path, whatever was there before. The operations of the
// metric end, except none. An object is one value, as in the official client:
// setting or logging a key in it later takes its place. Null, and NaN, take away
// what is there. If there is no path, or if any part of v cannot be encoded, nothing
// changes and the error is a [errors.InputError].
func (s *Summary) Set(v any, path ...string) error {
	if len(path) == 0 {
		return &errors.InputError{Field: "summary key", Rule: "must not be empty"}
	}
	frozen, err := freezeWhole(v)
	if err != nil {
		return fmt.Errorf("set summary %q: %w", metric.JoinName(path...), err)
	}
	n := s.descend(path[:len(path)-1], true).child(path[len(path)-1])
	s.becomeLeaf(n)
	n.ops &= metric.OpsOf(metric.None)
	n.present = true
	n.cut()
	if frozen == nil {
		n.hide()
	} else {
		n.show(frozen)
	}
	return nil
}

// CheckPath refuses a program's path that is empty or begins with a key that the
// client writes itself: what was put there would be gone with the next row. The error
// is a [errors.InputError].
func CheckPath(path []string) error {
	if len(path) == 0 {
		return &errors.InputError{Field: "summary key", Rule: "must not be empty"}
	}
	switch path[0] {
	case keyStep, keyRuntime, keyTimestamp, keyWandb:
		return &errors.InputError{Field: "summary key", Value: secret.Redact(path[0]), Rule: "is the client's own"}
	}
	return nil
}

// Delete removes what is at a path, and what is below it. Operations stay, and
// values that were logged before go on to count in min, max and mean, as in the
// official client; first is then the next value.
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

// Load takes over the summary of a run that is resumed. It is called once,
// before anything else. The old values are shown until new ones are logged; they do not
// count in operations, but first stays null, as in the official client: the first
// value is in the old rows. If text is not an object, the error matches
// [errors.ErrInvalidInput] and nothing changes.
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

// descend gives the node at path, which becomes an object. With cover set it
// covers what is shown on the way.
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
