package metric

import "github.com/wandgo/wandgo/internal/history"

// SyncSteps fills in the step metrics that the metrics of a row need and the row
// does not have. The value is the step metric's last number, or 0 before the first
// one. Metrics that match a glob get their own definition here.
func (s *Set) SyncSteps(row *history.Row) {
	if len(s.globs) == 0 && len(s.steps) == 0 {
		return // no definition looks at rows
	}
	s.calls++
	s.needed = s.needed[:0]
	s.walk(&s.root, row)

	// The list grows in this loop: a step that is filled in is a metric of the row
	// like any other.
	for i := 0; i < len(s.needed); i++ {
		st := s.needed[i]
		if st.call == s.calls || isOwn(st.path[0]) {
			continue
		}
		st.call = s.calls
		if !row.Fill(st.path, st.last) {
			continue
		}
		// Globs do not apply to a step that is filled in, as in the official client.
		if d := s.metrics.get(st.name); d != nil && d.sync && d.step != "" {
			s.needed = append(s.needed, s.steps[d.step])
		}
	}
}

// isOwn reports whether the client adds the key to every row.
func isOwn(name string) bool { return name == "_step" || name == "_runtime" || name == "_timestamp" }

// rowKeys is what a Set remembers about the keys of a row.
type rowKeys struct {
	parent *key
	keys   []*key
}

// keysOf returns the keys of a row, which is at the key at.
func keysOf(at *key, row *history.Row) []*key {
	if known, ok := row.Memo[history.MemoMetric].(*rowKeys); ok && known.parent == at {
		return known.keys
	}
	keys := make([]*key, len(row.Keys))
	for i, name := range row.Keys {
		keys[i] = at.child(name)
	}
	row.Memo[history.MemoMetric] = &rowKeys{at, keys}
	return keys
}

// walk notes which metrics a row has, and which steps they need.
func (s *Set) walk(at *key, row *history.Row) {
	keys := keysOf(at, row)
	for i, v := range row.Values {
		k := keys[i]
		if _, absent := v.(history.Absent); absent {
			continue
		}
		if k.is != nil {
			k.is.call = s.calls
			if _, ok := history.Number(v); ok {
				k.is.last = v // a number in an interface does not change
			}
		}
		if object, ok := v.(*history.Row); ok {
			s.walk(k, object)
			continue
		}
		s.see(k)
	}
}

// see notes which step the metric k needs.
func (s *Set) see(k *key) {
	if k.epoch != s.epoch {
		s.definitionOf(k)
	}
	if k.step != nil && k.step.call != s.calls {
		s.needed = append(s.needed, k.step)
	}
}
