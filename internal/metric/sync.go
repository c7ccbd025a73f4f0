package metric

import (
	"maps"
	"reflect"
	"slices"

	"github.com/wandgo/wandgo/internal/history"
)

// call is the state of one SyncSteps.
type call struct {
	number uint64
	needed []*step
	inside []uintptr      // maps being walked, as one may contain itself
	out    map[string]any // reused: what the last call returned
}

// SyncSteps takes a row that is about to be logged, and gives the row to log: row
// itself, or where a metric in it needs its step metric and the row has not got
// it, a copy with the step metric's last number. That number is 0 as long as there
// is none; what is not a number is not remembered. Metrics that match a glob get
// their own definition here.
//
// row is not changed and not kept. The result is good until the next call.
func (s *Set) SyncSteps(row map[string]any) map[string]any {
	if len(s.globs) == 0 && len(s.steps) == 0 {
		return row // no definition looks at rows
	}
	s.call.number++
	s.call.needed = s.call.needed[:0]
	s.walk(&s.root, row)

	var out map[string]any
	// The list grows while it is gone through: a step that is filled in is a
	// metric of the row like any other.
	for i := 0; i < len(s.call.needed); i++ {
		st := s.call.needed[i]
		if st.call == s.call.number || isOwn(st.path[0]) {
			continue
		}
		if out == nil {
			if s.call.out == nil {
				s.call.out = make(map[string]any, len(row)+1)
			}
			clear(s.call.out)
			out = s.call.out
			maps.Copy(out, row)
		}
		st.call = s.call.number
		if !s.place(out, st.path, st.last) {
			continue
		}
		// Globs do not apply to what is filled in, as in the official client.
		if d := s.metrics.get(st.name); d != nil && d.sync && d.step != "" {
			s.call.needed = append(s.call.needed, s.steps[d.step])
		}
	}
	if out == nil {
		return row
	}
	return out
}

// isOwn reports whether the client adds the key to every row.
func isOwn(name string) bool { return name == "_step" || name == "_runtime" || name == "_timestamp" }

// walk notes what the row has and what its metrics need.
func (s *Set) walk(at *key, row map[string]any) {
	for name, v := range row {
		k := at.children[name]
		if k == nil {
			k = at.child(name)
		}
		var object map[string]any
		switch v := v.(type) {
		case float64, int, string, bool: // the common kinds first
		case map[string]any:
			if len(v) == 0 {
				continue // it will not be in the row
			}
			object = v
		default:
			frozen, ok := s.freezer.Freeze(v)
			if !ok {
				continue
			}
			object, _ = frozen.(map[string]any)
		}
		if k.is != nil {
			k.is.call = s.call.number
			if object == nil {
				k.is.remember(v, &s.freezer)
			}
		}
		if object != nil {
			s.walkBelow(k, object)
			continue
		}
		s.see(k)
	}
}

// walkBelow walks an object unless it contains itself: the row is written without
// such a key.
func (s *Set) walkBelow(at *key, object map[string]any) {
	p := reflect.ValueOf(object).Pointer()
	if len(s.call.inside) >= history.MaxDepth || slices.Contains(s.call.inside, p) {
		return
	}
	s.call.inside = append(s.call.inside, p)
	s.walk(at, object)
	s.call.inside = s.call.inside[:len(s.call.inside)-1]
}

// see notes what the metric k, which the row has, needs.
func (s *Set) see(k *key) {
	if k.epoch != s.epoch {
		s.definitionOf(k)
	}
	if k.step != nil && k.step.call != s.call.number {
		s.call.needed = append(s.call.needed, k.step)
	}
}

// remember keeps v if it is a number.
func (st *step) remember(v any, f *Freezer) {
	switch v.(type) {
	case float64, int: // kept as it is: a number in an interface does not change
		st.last = v
		return
	}
	frozen, ok := f.Freeze(v)
	if !ok {
		return
	}
	if _, ok := Number(frozen); ok {
		st.last = frozen
	}
}

// place puts a value into out, a copy of row, at a path that row has not got. The
// objects on the way are copied. It reports false where something else is in
// the way.
func (s *Set) place(out map[string]any, path []string, v any) bool {
	name := path[0]
	if len(path) == 1 {
		out[name] = v
		return true
	}
	var below map[string]any // what row has there
	switch here := out[name].(type) {
	case nil:
		if _, null := out[name]; null {
			return false
		}
	case map[string]any:
		below = here
	default:
		frozen, _ := s.freezer.Freeze(here)
		object, ok := frozen.(map[string]any)
		if !ok {
			return false
		}
		below = object
	}
	mine := maps.Clone(below)
	if mine == nil {
		mine = make(map[string]any, 1)
	}
	if !s.place(mine, path[1:], v) {
		return false
	}
	out[name] = mine
	return true
}
