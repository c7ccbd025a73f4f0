package history

import (
	"bytes"
	"reflect"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// keySets is how many sets of keys an Encoder remembers. A training loop mostly has
// one for training, one for validation and perhaps one for samples.
const keySets = 4

// Split resolves the values of row, which is not kept. The result is valid until the
// next call; [Row.Release] ends its use. Keys that cannot be part of a row are left
// out and named by [Row.Err].
//
// Rows of a run mostly have the same few sets of keys. Split remembers those used
// last, which saves collecting, sorting and quoting the keys of every row.
func (e *Encoder) Split(row map[string]any) *Row {
	e.reset()
	r := e.rowFor(row)
	for _, key := range r.refused {
		if key == "" {
			e.reject(key, ErrEmptyKey)
		} else {
			e.reject(key, ErrReserved)
		}
	}
	e.resolveAll(r, 1)
	r.bad = e.bad
	return r
}

// rowFor returns the Row that knows the keys of row, with its values. New keys
// replace the set that was unused for longest.
func (e *Encoder) rowFor(row map[string]any) *Row {
	for i, r := range e.recent {
		if r != nil && r.take(row) {
			e.moveUp(i)
			return r
		}
	}
	e.moveUp(keySets - 1)
	if e.recent[0] == nil {
		e.recent[0] = &Row{}
	}
	e.recent[0].learn(row, false)
	return e.recent[0]
}

// moveUp makes key set i the first.
func (e *Encoder) moveUp(i int) {
	r := e.recent[i]
	copy(e.recent[1:i+1], e.recent[:i])
	e.recent[0] = r
}

// resolveAll resolves the values of r, which is inside depth-1 other objects.
func (e *Encoder) resolveAll(r *Row, depth int) {
	for i, v := range r.Values {
		switch v := v.(type) {
		case float64, int, string, bool, Absent, nil, float32, time.Duration,
			int64, int32, int16, int8, uint, uint64, uint32, uint16, uint8:
		case map[string]any:
			r.Values[i] = e.resolveMap(r, i, v, depth)
		default:
			r.Values[i] = e.resolveOther(r, i, v, depth)
		}
	}
}

// resolveMap resolves the object that is the value of key i.
func (e *Encoder) resolveMap(r *Row, i int, m map[string]any, depth int) any {
	if len(m) == 0 {
		return Absent{}
	}
	if err := e.enter(referenceTo(reflect.ValueOf(m)), depth); err != nil {
		e.reject(r.Keys[i], err)
		return Absent{}
	}
	object := r.object(i)
	if !object.take(m) {
		object.learn(m, true)
	}
	e.path = append(e.path, r.Keys[i])
	e.resolveAll(object, depth+1)
	e.path = e.path[:len(e.path)-1]
	e.leave()
	if object.isEmpty() {
		return Absent{}
	}
	return object
}

// resolveOther resolves a value by writing it.
func (e *Encoder) resolveOther(r *Row, i int, v any, depth int) any {
	e.path = append(e.path, r.Keys[i])
	text, err := e.appendAny(e.scratch[:0], v, depth)
	e.path = e.path[:len(e.path)-1]
	e.scratch = text
	if err != nil {
		e.reject(r.Keys[i], err)
		return Absent{}
	}
	if len(text) == 0 {
		return Absent{}
	}
	if text[0] == '"' || text[0] == '-' || '0' <= text[0] && text[0] <= '9' {
		return Encoded(bytes.Clone(text))
	}
	return read(r, i, text, 0, len(text))
}

// typedPrefix starts an object that is one value: that of package media. Its members are not
// metrics, and a later value does not inherit those that it does not have.
var typedPrefix = []byte(`{"_type":`)

// read resolves the value of key i, which an Encoder wrote at text[at:end].
func read(r *Row, i int, text []byte, at, end int) any {
	switch text[at] {
	case 'n':
		return nil
	case 't', 'f':
		return text[at] == 't'
	case '"':
		s, _, _ := jsonx.Unquote(nil, text[at:end])
		return string(s)
	case '{':
		if bytes.HasPrefix(text[at:end], typedPrefix) {
			return Encoded(bytes.Clone(text[at:end]))
		}
		object := r.object(i)
		readObject(object, text, at)
		if object.isEmpty() {
			return Absent{}
		}
		return object
	case '[':
		return Encoded(bytes.Clone(text[at:end]))
	}
	if n, ok := readNumber(text[at:end]); ok {
		return n
	}
	return Encoded(bytes.Clone(text[at:end]))
}

// readNumber returns the number that is written as text, and reports false if it
// would be written in another way.
func readNumber(text []byte) (any, bool) {
	var room [32]byte
	if i, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return i, bytes.Equal(strconv.AppendInt(room[:0], i, 10), text)
	}
	f, _ := strconv.ParseFloat(string(text), 64)
	return f, bytes.Equal(jsonx.AppendFloat(room[:0], f, 64), text)
}

// readObject resolves the object that an Encoder wrote at text[at:]. Its keys are
// sorted, and mostly those that r knows.
func readObject(r *Row, text []byte, at int) {
	n := 0
	jsonx.EachMember(text, at, func(key, keyEnd, value int) int {
		for n < len(r.Keys) && r.filled[n] {
			r.Values[n] = Absent{}
			n++
		}
		if n == len(r.Keys) || !bytes.Equal(r.key(n), text[key:keyEnd+1]) {
			name, _, _ := jsonx.Unquote(nil, text[key:keyEnd])
			r.truncate(n)
			r.Keys, r.Values, r.filled = append(r.Keys, string(name)), append(r.Values, nil), append(r.filled, false)
			r.quoted = append(r.quoted, text[key:keyEnd+1]...)
			r.ends = append(r.ends, len(r.quoted))
		}
		end := jsonx.Skip(text, value, 0)
		r.Values[n] = read(r, n, text, value, end)
		n++
		return end
	})
	for i := n; i < len(r.Keys); i++ {
		if !r.filled[i] {
			r.truncate(n)
			return
		}
		r.Values[i] = Absent{}
	}
}
