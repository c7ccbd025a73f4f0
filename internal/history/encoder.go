package history

import (
	"reflect"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Limits of a row.
const (
	// MaxRowBytes is the longest line the server takes: 10 MiB less 100 KiB.
	MaxRowBytes = 10<<20 - 100<<10
	// MaxDepth is how deeply the values of a row may nest.
	MaxDepth = 100
)

// Names of the keys that the client adds to a row.
const (
	keyStep      = "_step"
	keyRuntime   = "_runtime"
	keyTimestamp = "_timestamp"
)

// metaRoom is kept free in a row for the keys that the client adds.
const metaRoom = 128

// Meta is what the client adds to every row.
type Meta struct {
	// Step is written as _step if HasStep is set. Runs that several processes
	// write have no step of their own.
	Step    int64
	HasStep bool
	// Runtime is written as _runtime: seconds since the run began.
	Runtime float64
	// Timestamp is written as _timestamp, seconds since 1970, unless the row
	// has a _timestamp of its own.
	Timestamp float64
}

// Encoder writes rows. It keeps buffers and what it learned about the keys of
// recent rows and about struct types, so one Encoder per run is cheap where one
// per row is not. The zero Encoder is ready to use. It is not safe for
// concurrent use.
type Encoder struct {
	// Limit is the longest row in bytes; 0 means [MaxRowBytes].
	Limit int

	recent  [keySets]*Row // latest use first
	scratch []byte
	types   map[reflect.Type]*typeInfo
	keys    []string    // stack of the keys of the maps being written
	visited []reference // stack of the references being followed
	path    []string    // keys from the row down to the value being written
	inList  int         // how many lists are around the value being written
	bad     []*KeyError
}

// Encoded is a value that is already in the form of a row's value, as
// [Encoder.AppendValue] writes it. It is written as it is, unchecked. Callers
// use it to take a value now and write its row later.
type Encoded []byte

// AppendRow appends row as one line: it is [Encoder.Split] and [Encoder.AppendSplit]
// in one call. row is not kept.
func (e *Encoder) AppendRow(dst []byte, row map[string]any, meta Meta) ([]byte, error) {
	split := e.Split(row)
	defer split.Release()
	return e.AppendSplit(dst, split, meta)
}

// AppendSplit appends row as one line, without a newline, and returns the longer
// slice. A key with which the line would be too long is left out and becomes
// [Absent] in row. If keys had to be left out, here or by [Encoder.Split], the error
// is a [*RowError] that names them, and the line without them is valid.
//
// A _timestamp in row takes the place of the client's.
func (e *Encoder) AppendSplit(dst []byte, row *Row, meta Meta) ([]byte, error) {
	start := len(dst)
	limit := e.limit() - metaRoom
	bad := slices.Clip(row.bad)
	layout := row.layout[:0]
	ownTimestamp := false

	dst = append(dst, '{')
	for i, v := range row.Values {
		mark := len(dst)
		dst = append(dst, row.key(i)...)
		value := len(dst)
		switch v := v.(type) {
		case float64:
			dst = jsonx.AppendFloat(dst, v, 64)
		case Absent:
			dst = dst[:mark]
			continue
		default:
			dst = e.appendResolved(dst, v)
		}
		dst = append(dst, ',')
		if len(dst)-start > limit {
			dst = dst[:mark]
			row.Values[i] = Absent{}
			bad = append(bad, &KeyError{Key: row.Keys[i], Err: ErrTooLong})
			continue
		}
		layout = layout.Add(value-start, len(dst)-1-start)
		ownTimestamp = ownTimestamp || row.Keys[i] == keyTimestamp
	}
	if !ownTimestamp {
		dst = append(dst, `"_timestamp":`...)
		value := len(dst)
		dst = jsonx.AppendFloat(dst, meta.Timestamp, 64)
		layout = layout.Add(value-start, len(dst)-start)
		dst = append(dst, ',')
	}
	dst = append(dst, `"_runtime":`...)
	value := len(dst)
	dst = jsonx.AppendFloat(dst, meta.Runtime, 64)
	layout = layout.Add(value-start, len(dst)-start)
	if meta.HasStep {
		dst = append(dst, `,"_step":`...)
		value = len(dst)
		dst = appendInt(dst, meta.Step)
		layout = layout.Add(value-start, len(dst)-start)
	}
	row.layout = layout
	return append(dst, '}'), rowError(bad)
}

// appendResolved appends a value of a [Row], which is not [Absent].
func (e *Encoder) appendResolved(dst []byte, v any) []byte {
	object, ok := v.(*Row)
	if !ok {
		dst, _ = e.appendAny(dst, v, 0) // every other kind can be written
		return dst
	}
	dst = append(dst, '{')
	for i, v := range object.Values {
		if _, absent := v.(Absent); absent {
			continue
		}
		dst = append(dst, object.key(i)...)
		if f, ok := v.(float64); ok {
			dst = jsonx.AppendFloat(dst, f, 64)
		} else {
			dst = e.appendResolved(dst, v)
		}
		dst = append(dst, ',')
	}
	return closeObject(dst)
}

// AppendValue appends one value. An error is a [*RowError]; if only parts of the
// value had to be left out, the rest is appended all the same. If nothing of it
// can be written, dst comes back unchanged.
func (e *Encoder) AppendValue(dst []byte, v any) ([]byte, error) {
	e.reset()
	mark := len(dst)
	dst, err := e.appendAny(dst, v, 0)
	if err != nil {
		dst = dst[:mark]
		e.bad = append(e.bad, &KeyError{Key: e.pathOf(""), Err: err})
	}
	return dst, rowError(e.bad)
}

// appendEntry appends the value of an object's key, whose name is already
// written from mark on, and a comma. If the value cannot be written, or holds
// nothing, the key is taken back.
func (e *Encoder) appendEntry(dst []byte, mark int, key string, v any, depth int) (_ []byte, kept bool) {
	// The common kinds first: no path to keep, nothing that can fail.
	switch v := v.(type) {
	case float64:
		return append(jsonx.AppendFloat(dst, v, 64), ','), true
	case string:
		return append(jsonx.AppendString(dst, v), ','), true
	}
	begin := len(dst)
	e.path = append(e.path, key)
	dst, err := e.appendAny(dst, v, depth)
	e.path = e.path[:len(e.path)-1]
	return e.endEntry(dst, mark, begin, key, err)
}

// endEntry ends the entry whose name starts at mark and whose value at begin.
func (e *Encoder) endEntry(dst []byte, mark, begin int, key string, err error) (_ []byte, kept bool) {
	if err != nil {
		e.reject(key, err)
		return dst[:mark], false
	}
	// Empty maps vanish, except within lists, where the official client
	// leaves everything as it is.
	if e.inList == 0 && len(dst)-begin == 2 && dst[begin] == '{' {
		return dst[:mark], false
	}
	return append(dst, ','), true
}

// closeObject ends an object whose entries each end in a comma.
func closeObject(dst []byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst[len(dst)-1] = '}'
		return dst
	}
	return append(dst, '}')
}

// appendMap appends a map with string keys in the order of the keys.
func (e *Encoder) appendMap(dst []byte, m map[string]any, depth int) ([]byte, error) {
	if err := e.enter(referenceTo(reflect.ValueOf(m)), depth); err != nil {
		return dst, err
	}
	// Nested calls use the same stack of keys above this map's, so it is
	// addressed by index.
	base := len(e.keys)
	for k := range m {
		e.keys = append(e.keys, k)
	}
	end := len(e.keys)
	slices.Sort(e.keys[base:end])
	dst = append(dst, '{')
	for i := base; i < end; i++ {
		key := e.keys[i]
		mark := len(dst)
		dst = append(jsonx.AppendString(dst, key), ':')
		dst, _ = e.appendEntry(dst, mark, key, m[key], depth+1)
	}
	clear(e.keys[base:end])
	e.keys = e.keys[:base]
	e.leave()
	return closeObject(dst), nil
}

// reference is a map, slice or pointer that is being followed. The type is part
// of it as a struct and its first field have the same address, the length as a
// slice may hold a shorter slice of itself.
type reference struct {
	addr uintptr
	size int
	typ  reflect.Type
}

func referenceTo(v reflect.Value) reference {
	r := reference{addr: v.Pointer(), typ: v.Type()}
	if v.Kind() == reflect.Slice {
		r.size = v.Len()
	}
	return r
}

// enter notes that what r refers to is being written, inside depth others.
func (e *Encoder) enter(r reference, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep
	}
	if r.addr != 0 && slices.Contains(e.visited, r) {
		return ErrCyclic
	}
	e.visited = append(e.visited, r)
	return nil
}

func (e *Encoder) leave() { e.visited = e.visited[:len(e.visited)-1] }

func (e *Encoder) limit() int {
	if e.Limit > 0 {
		return e.Limit
	}
	return MaxRowBytes
}

func (e *Encoder) reset() {
	e.visited = e.visited[:0]
	e.path = e.path[:0]
	e.keys = e.keys[:0]
	e.bad = nil
	e.inList = 0
}

func (e *Encoder) reject(key string, err error) {
	e.bad = append(e.bad, &KeyError{Key: e.pathOf(key), Err: err})
}

// pathOf gives the path of key, or of the value being written if key is "".
func (e *Encoder) pathOf(key string) string {
	parts := e.path
	if key != "" {
		parts = append(slices.Clip(parts), key)
	}
	return strings.Join(parts, ".")
}
