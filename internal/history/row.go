package history

import (
	"slices"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Row is a row of metrics, or an object inside one, whose values are resolved:
// everything that reads a row reads this form of it. A value is one of
//
//	nil, bool, string
//	float64, float32, time.Duration, or an integer of a built-in type
//	Encoded   a list, a time or another value that only has a text form
//	*Row      an object that is not empty
//	Absent    no value: the key is not part of the row
//
// No Row contains itself, and none nests more than [MaxDepth] deep.
type Row struct {
	// Keys are sorted. Values holds the value of each.
	Keys   []string
	Values []any
	// Memo holds what each reader remembers about the keys. An entry is nil if the
	// keys are new.
	Memo [MemoCount]any

	quoted []byte       // `"key":` of every key, one after the other
	ends   []int        // where each ends
	filled []bool       // the keys that Fill added
	extra  int          // the number of those
	below  []*Row       // by index; kept for the next value
	layout jsonx.Layout // of the line that was written last

	refused []string    // the keys that must not be in a row
	bad     []*KeyError // the keys omitted from the current row
}

// Readers of a row, as indexes of [Row.Memo].
const (
	MemoMetric = iota
	MemoSummary
	MemoDisplay
	MemoCount
)

// Absent is the value of a key that is not part of the current row: its value was
// left out, or is an empty object, or [Row.Fill] added the key for an earlier row.
type Absent struct{}

// Layout returns where the entries are in the line that [Encoder.AppendSplit] wrote
// last. It is valid until the next line is written.
func (r *Row) Layout() jsonx.Layout { return r.layout }

// Err returns a [*RowError] that names the keys that Split omitted, or nil.
func (r *Row) Err() error { return rowError(r.bad) }

// Release drops the values, which belong to the caller of Split.
func (r *Row) Release() {
	clear(r.Values)
	r.bad = nil
	for _, b := range r.below {
		if b != nil {
			b.Release()
		}
	}
}

// MergeInto merges the values into dst: a value replaces the one in dst, and an object
// is merged key by key. dst does not share memory with the row.
func (r *Row) MergeInto(dst map[string]any) {
	for i, key := range r.Keys {
		switch v := r.Values[i].(type) {
		case Absent:
		case *Row:
			below, ok := dst[key].(map[string]any)
			if !ok {
				below = make(map[string]any, len(v.Keys))
				dst[key] = below
			}
			v.MergeInto(below)
		default:
			dst[key] = v
		}
	}
}

// Fill sets the value at a path at which the row has none. The objects on the way
// are created. It reports false if something else is in the way.
func (r *Row) Fill(path []string, v any) bool {
	i := r.slot(path[0])
	if len(path) == 1 {
		r.Values[i] = v
		return true
	}
	object, ok := r.Values[i].(*Row)
	if !ok {
		if _, absent := r.Values[i].(Absent); !absent {
			return false
		}
		object = r.object(i)
		for j := range object.Values {
			object.Values[j] = Absent{}
		}
		r.Values[i] = object
	}
	return object.Fill(path[1:], v)
}

// slot returns the index of a key, which is added if it is missing.
func (r *Row) slot(key string) int {
	i, ok := slices.BinarySearch(r.Keys, key)
	if ok {
		return i
	}
	r.Keys = slices.Insert(r.Keys, i, key)
	r.Values = slices.Insert(r.Values, i, any(Absent{}))
	r.filled = slices.Insert(r.filled, i, true)
	if i < len(r.below) {
		r.below = slices.Insert(r.below, i, nil)
	}
	r.extra++
	r.quoted, r.ends, r.Memo = r.quoted[:0], r.ends[:0], [MemoCount]any{}
	for _, k := range r.Keys {
		r.quoted = append(jsonx.AppendString(r.quoted, k), ':')
		r.ends = append(r.ends, len(r.quoted))
	}
	return i
}

// object returns the Row for an object that is the value of key i.
func (r *Row) object(i int) *Row {
	if len(r.below) <= i {
		r.below = append(r.below, make([]*Row, len(r.Keys)-len(r.below))...)
	}
	if r.below[i] == nil {
		r.below[i] = &Row{}
	}
	return r.below[i]
}

// key returns `"key":` of key i.
func (r *Row) key(i int) []byte {
	if i == 0 {
		return r.quoted[:r.ends[0]]
	}
	return r.quoted[r.ends[i-1]:r.ends[i]]
}

// isEmpty reports whether no key has a value.
func (r *Row) isEmpty() bool {
	for _, v := range r.Values {
		if _, absent := v.(Absent); !absent {
			return false
		}
	}
	return true
}

// take stores the values of row and reports whether it has exactly the known keys.
func (r *Row) take(row map[string]any) bool {
	if len(row) != len(r.Keys)-r.extra+len(r.refused) {
		return false
	}
	for i, k := range r.Keys {
		v, ok := row[k]
		if !ok {
			if !r.filled[i] {
				clear(r.Values[:i])
				return false
			}
			v = Absent{}
		}
		r.Values[i] = v
	}
	for _, k := range r.refused {
		if _, ok := row[k]; !ok {
			clear(r.Values)
			return false
		}
	}
	return true // as many keys, and each of them
}

// learn stores the keys and values of row in place of the known ones. A row, other
// than an object in it, must not have the keys that the client writes itself.
func (r *Row) learn(row map[string]any, isObject bool) {
	r.truncate(0)
	for k := range row {
		if !isObject && (k == "" || k == keyStep || k == keyRuntime) {
			r.refused = append(r.refused, k)
		} else {
			r.Keys = append(r.Keys, k)
		}
	}
	slices.Sort(r.refused)
	slices.Sort(r.Keys)
	for _, k := range r.Keys {
		r.Values = append(r.Values, row[k])
		r.quoted = append(jsonx.AppendString(r.quoted, k), ':')
		r.ends = append(r.ends, len(r.quoted))
		r.filled = append(r.filled, false)
	}
}

// truncate forgets the keys from n on.
func (r *Row) truncate(n int) {
	clear(r.Keys[n:])
	clear(r.Values[n:])
	r.Keys, r.Values, r.ends, r.filled = r.Keys[:n], r.Values[:n], r.ends[:n], r.filled[:n]
	r.quoted = r.quoted[:0]
	if n > 0 {
		r.quoted = r.quoted[:r.ends[n-1]]
	}
	r.extra = 0
	for _, f := range r.filled {
		if f {
			r.extra++
		}
	}
	r.Memo = [MemoCount]any{}
	r.refused = r.refused[:0]
}
