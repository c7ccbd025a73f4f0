package history

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/media"
)

// Limits of a row.
const (
	// MaxRowBytes is the longest line that the server accepts: 10 MiB less 100 KiB.
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

// metaRoom is the number of bytes reserved in a line for the keys that the client adds.
const metaRoom = 128

// Meta is what the client adds to every row.
type Meta struct {
	// Step is written as _step if HasStep is set. A run that several processes write
	// has no steps of its own.
	Step    int64
	HasStep bool
	// Runtime is written as _runtime: seconds since the run started.
	Runtime float64
	// Timestamp is written as _timestamp, in seconds since 1970, unless the row has
	// its own.
	Timestamp float64
}

// Encoder writes rows. It remembers the keys of recent rows and the fields of struct
// types, so use one Encoder per run. The zero Encoder is ready to use. It is not safe
// for concurrent use.
type Encoder struct {
	// Limit is the longest row in bytes; 0 means [MaxRowBytes].
	Limit int
	// Media appends what the history has of the value at path, of package media; list
	// says that it is a list of such values. If Media is nil they are refused.
	Media func(dst []byte, path []string, values []*media.Holder, list bool) ([]byte, error)

	recent  [keySets]*Row // latest use first
	scratch []byte
	types   map[reflect.Type]*typeInfo
	visited []reference // stack of the references being followed
	path    []string    // keys from the row down to the value being written
	inList  int         // the number of lists around the value being written
	bad     []*KeyError // the keys left out
}

// Encoded is a value that [Encoder.AppendValue] wrote. An Encoder copies it without a
// check.
type Encoded []byte

// AppendRow appends row as one line: it is [Encoder.Split] and [Encoder.AppendSplit]
// in one call. row is not kept.
func (e *Encoder) AppendRow(dst []byte, row map[string]any, meta Meta) ([]byte, error) {
	split := e.Split(row)
	defer split.Release()
	return e.AppendSplit(dst, split, meta)
}

// AppendSplit appends row as one line, without a newline. A key with which the line would be too long is omitted and becomes
// [Absent] in row. If keys had to be omitted, here or by [Encoder.Split], the error
// is a [*RowError] that names them, and the line without them is valid.
//
// A _timestamp in row takes the place of the client's.
func (e *Encoder) AppendSplit(dst []byte, row *Row, meta Meta) ([]byte, error) {
	start := len(dst)
	limit := cmp.Or(e.Limit, MaxRowBytes) - metaRoom
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
		dst = strconv.AppendInt(dst, meta.Step, 10)
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

// AppendValue appends one value. If parts of the value have to be omitted, the rest is
// appended, and the error is a [*RowError] that names them. If nothing of the value can
// be written, nothing is appended.
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

// endEntry completes the entry of an object whose key starts at mark and whose value
// starts at begin. The entry is removed if the value could not be written or is empty.
func (e *Encoder) endEntry(dst []byte, mark, begin int, key string, err error) []byte {
	if err != nil {
		e.reject(key, err)
		return dst[:mark]
	}
	// The official client also omits empty objects, but not inside lists.
	if e.inList == 0 && len(dst)-begin == 2 && dst[begin] == '{' {
		return dst[:mark]
	}
	return append(dst, ',')
}

// closeObject closes an object whose entries each end in a comma.
func closeObject(dst []byte) []byte {
	if dst[len(dst)-1] == ',' {
		dst[len(dst)-1] = '}'
		return dst
	}
	return append(dst, '}')
}

// reference is a map, slice or pointer that is being followed. It includes the type,
// because a struct and its first field have the same address, and the length, because a
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

// enter adds r to the references being followed. It is inside depth other values.
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

func (e *Encoder) reset() {
	e.visited = e.visited[:0]
	e.path = e.path[:0]
	e.bad = nil
	e.inList = 0
}

func (e *Encoder) reject(key string, err error) {
	e.bad = append(e.bad, &KeyError{Key: e.pathOf(key), Err: err})
}

// pathOf returns the path of key, or of the value being written if key is "".
func (e *Encoder) pathOf(key string) string {
	parts := e.path
	if key != "" {
		parts = append(slices.Clip(parts), key)
	}
	return strings.Join(parts, ".")
}
