package history

import "slices"

// shape is the sorted key set of a row, with the keys in their written form.
// Rows of one run mostly have the same few key sets, so remembering them saves
// collecting, sorting and quoting the keys of every row.
type shape struct {
	keys   []string
	values []any  // the values of the row being written, in the order of keys
	quoted []byte // `"key":` of every key, one after the other
	ends   []int  // where each ends
}

// shapeCount is how many key sets are remembered: a training loop has one for
// training, one for validation, perhaps one for samples.
const shapeCount = 4

// shapes remembers the key sets of recent rows, latest use first.
type shapes [shapeCount]*shape

// of returns the shape with exactly the keys of row, holding row's values. A new
// key set takes the place of the one longest unused.
func (s *shapes) of(row map[string]any) *shape {
	for i, sh := range s {
		if sh != nil && sh.take(row) {
			s.moveUp(i)
			return sh
		}
	}
	s.moveUp(shapeCount - 1)
	if s[0] == nil {
		s[0] = &shape{}
	}
	s[0].learn(row)
	return s[0]
}

// moveUp makes shape i the first.
func (s *shapes) moveUp(i int) {
	sh := s[i]
	copy(s[1:i+1], s[:i])
	s[0] = sh
}

// take fills in the values of row and reports whether it has exactly the
// shape's keys.
func (s *shape) take(row map[string]any) bool {
	if len(row) != len(s.keys) {
		return false
	}
	for i, k := range s.keys {
		v, ok := row[k]
		if !ok {
			s.release()
			return false
		}
		s.values[i] = v
	}
	return true // as many keys, and each of them
}

// learn makes s the shape of row.
func (s *shape) learn(row map[string]any) {
	clear(s.keys)
	s.keys, s.values, s.quoted, s.ends = s.keys[:0], s.values[:0], s.quoted[:0], s.ends[:0]
	for k := range row {
		s.keys = append(s.keys, k)
	}
	slices.Sort(s.keys)
	for _, k := range s.keys {
		s.values = append(s.values, row[k])
		s.quoted = append(appendString(s.quoted, k), ':')
		s.ends = append(s.ends, len(s.quoted))
	}
}

// release forgets the values, which belong to the caller.
func (s *shape) release() { clear(s.values) }
