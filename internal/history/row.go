package history

import "slices"

// Row is a row of metrics taken apart, as [Rows.Split] does it.
type Row struct {
	// Keys are in order, and Values are theirs.
	Keys   []string
	Values []any
	// Memo is what the one who takes the values in knows of the keys. It is kept
	// for as long as the key set is remembered, and nil for a new one.
	Memo any

	quoted []byte // `"key":` of every key, one after the other
	ends   []int  // where each ends
	layout Layout // of the line that was written last
}

// Layout is where the entries are in the line that [Encoder.AppendSplit] wrote last,
// counted from its beginning. It is valid until the next one is written.
func (r *Row) Layout() Layout { return r.layout }

// rowCount is how many key sets are remembered: a training loop has one for
// training, one for validation, perhaps one for samples.
const rowCount = 4

// Rows takes rows apart. Those of one run mostly have the same few key sets, so
// remembering them saves collecting, sorting and quoting the keys of every row. The
// zero Rows is ready to use. It is not safe for concurrent use.
type Rows struct {
	recent [rowCount]*Row // latest use first
}

// Split takes row apart. The result is valid until the next call; [Row.Release] ends
// its use, as the values are the caller's. A new key set takes the place of the one
// longest unused.
func (rs *Rows) Split(row map[string]any) *Row {
	for i, r := range rs.recent {
		if r != nil && r.take(row) {
			rs.moveUp(i)
			return r
		}
	}
	rs.moveUp(rowCount - 1)
	if rs.recent[0] == nil {
		rs.recent[0] = &Row{}
	}
	rs.recent[0].learn(row)
	return rs.recent[0]
}

// moveUp makes row i the first.
func (rs *Rows) moveUp(i int) {
	r := rs.recent[i]
	copy(rs.recent[1:i+1], rs.recent[:i])
	rs.recent[0] = r
}

// take fills in the values of row and reports whether it has exactly the keys.
func (r *Row) take(row map[string]any) bool {
	if len(row) != len(r.Keys) {
		return false
	}
	for i, k := range r.Keys {
		v, ok := row[k]
		if !ok {
			r.Release()
			return false
		}
		r.Values[i] = v
	}
	return true // as many keys, and each of them
}

// learn takes over the keys of row.
func (r *Row) learn(row map[string]any) {
	clear(r.Keys)
	r.Keys, r.Values, r.Memo, r.quoted, r.ends = r.Keys[:0], r.Values[:0], nil, r.quoted[:0], r.ends[:0]
	for k := range row {
		r.Keys = append(r.Keys, k)
	}
	slices.Sort(r.Keys)
	for _, k := range r.Keys {
		r.Values = append(r.Values, row[k])
		r.quoted = append(appendString(r.quoted, k), ':')
		r.ends = append(r.ends, len(r.quoted))
	}
}

// Release forgets the values.
func (r *Row) Release() { clear(r.Values) }
