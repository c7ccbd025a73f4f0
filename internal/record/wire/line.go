package wire

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// LineEncoder turns a line of JSON into an entry whose items are its leaves, named by
// their path. Lists are leaves; objects without members are omitted. It reuses its
// memory from line to line.
type LineEncoder struct {
	path  [][]byte // keys of the value at hand
	clean []byte   // the line, if its bytes were not all UTF-8
	// keys are those of the last line, by their place in it: rows of one run mostly
	// have the same, in the same order.
	keys []lineKey
	// skipNull leaves null values out.
	skipNull bool
}

// AppendHistory appends the entry of a history row. layout is that of the line, or
// nil, which takes twice as long. It returns [ErrLine] for a line that is not an object.
func (e *LineEncoder) AppendHistory(dst []byte, num int64, line []byte, layout jsonx.Layout, step int64) ([]byte, error) {
	e.skipNull = false
	dst, mark := begin(appendInt(dst, fieldNum, num), fieldHistory)
	dst, err := e.appendItems(dst, line, layout)
	if err != nil {
		return dst, err
	}
	return end(appendStep(dst, step), mark), nil
}

// AppendSummary appends the entry of a summary that sets each leaf of the line. Null
// values are omitted, because they would remove what the summary has.
func (e *LineEncoder) AppendSummary(dst []byte, num int64, line []byte) ([]byte, error) {
	e.skipNull = true
	dst, mark := begin(appendInt(dst, fieldNum, num), fieldSummary)
	dst, err := e.appendItems(dst, line, nil)
	if err != nil {
		return dst, err
	}
	return end(dst, mark), nil
}

// tagItem is the tag of an item of a row, and of one that a summary sets.
const tagItem = 1<<3 | byte(protowire.BytesType)

// appendItems appends an item for each leaf of the line. layout is that of the line, or nil.
func (e *LineEncoder) appendItems(dst, line []byte, layout jsonx.Layout) ([]byte, error) {
	if !utf8.Valid(line) {
		e.clean = append(e.clean[:0], bytes.ToValidUTF8(line, []byte("\ufffd"))...)
		line, layout = e.clean, nil
	}
	if layout.Len() > 0 {
		return e.laidOut(dst, line, layout)
	}
	start := jsonx.SkipSpace(line, 0)
	if start >= len(line) || line[start] != '{' {
		return dst, fmt.Errorf("split line into items: %w", ErrLine)
	}
	e.path = e.path[:0]
	out, i := e.object(dst, line, start)
	if i < 0 || jsonx.SkipSpace(line, i) != len(line) {
		return dst, fmt.Errorf("split line into items: %w", ErrLine)
	}
	return out, nil
}

// maxLineKeys bounds the keys that are remembered.
const maxLineKeys = 1 << 12

// lineKey is a key of the line itself, not of an object in it.
type lineKey struct {
	text  []byte // as it stands in the line, with quotes and colon
	name  []byte
	field []byte // of an item: the key, and the tag of the value after it
}

// learn takes over the key that begins at line[i] and says whether there is one.
func (k *lineKey) learn(line []byte, i int) bool {
	k.text = k.text[:0]
	if i >= len(line) || line[i] != '"' {
		return false
	}
	keyEnd := jsonx.SkipString(line, i)
	if keyEnd < 0 {
		return false
	}
	colon := jsonx.SkipSpace(line, keyEnd)
	if colon >= len(line) || line[colon] != ':' {
		return false
	}
	name := line[i+1 : keyEnd-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _, _ = jsonx.Unquote(nil, line[i:keyEnd])
	}
	k.text = append(k.text, line[i:colon+1]...)
	k.name = append(k.name[:0], name...)
	k.field = protowire.AppendTag(k.field[:0], 2, protowire.BytesType)
	k.field = protowire.AppendBytes(k.field, name)
	k.field = protowire.AppendTag(k.field, 16, protowire.BytesType)
	return true
}

// at is the remembered key of a place.
func (e *LineEncoder) at(place int) *lineKey {
	if place == len(e.keys) && place < maxLineKeys {
		e.keys = append(e.keys, lineKey{})
	}
	return &e.keys[min(place, maxLineKeys-1)]
}

// laidOut is appendItems for a row whose layout is known.
func (e *LineEncoder) laidOut(dst, line []byte, layout jsonx.Layout) ([]byte, error) {
	for i := range layout.Len() {
		key, value, end := layout.Entry(i)
		k := e.at(i)
		if !bytes.Equal(k.text, line[key:value]) && !k.learn(line, key) {
			return dst, fmt.Errorf("split line into items: %w", ErrLine)
		}
		if line[value] != '{' {
			dst = appendItem(dst, k.field, line[value:end])
			continue
		}
		e.path = append(e.path[:0], k.name)
		var next int
		dst, next = e.object(dst, line, value)
		if e.path = e.path[:0]; next != end {
			return dst, fmt.Errorf("split line into items: %w", ErrLine)
		}
	}
	return dst, nil
}

// appendItem appends the item whose fields before the value are key.
func appendItem(dst []byte, key, value []byte) []byte {
	size := len(key) + protowire.SizeBytes(len(value))
	if size < 0x80 { // the lengths take a byte each, as they mostly do
		dst = append(append(dst, tagItem, byte(size)), key...)
		return append(append(dst, byte(len(value))), value...)
	}
	dst = protowire.AppendVarint(append(dst, tagItem), uint64(size)) //nolint:gosec // a length
	dst = append(dst, key...)
	return protowire.AppendBytes(dst, value)
}

func (e *LineEncoder) object(dst, line []byte, i int) (out []byte, next int) {
	next = jsonx.EachMember(line, i, func(key, keyEnd, value int) int {
		name := line[key+1 : keyEnd-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _, _ = jsonx.Unquote(nil, line[key:keyEnd])
		}
		depth := len(e.path)
		e.path = append(e.path, name)
		var n int
		if value < len(line) && line[value] == '{' && depth < jsonx.MaxDepth {
			dst, n = e.object(dst, line, value)
		} else {
			n = jsonx.Skip(line, value, depth)
			null := n >= 0 && line[value] == 'n'
			if n >= 0 && (!null || !e.skipNull) {
				dst = e.appendNested(dst, line[value:n])
			}
		}
		e.path = e.path[:depth]
		return n
	})
	return dst, next
}

func (e *LineEncoder) appendNested(dst []byte, value []byte) []byte {
	size := sizeBytes(16, value)
	for _, k := range e.path {
		size += sizeBytes(2, k)
	}
	dst = slices.Grow(dst, size+12)
	dst = protowire.AppendVarint(append(dst, tagItem), uint64(size)) //nolint:gosec // a length
	for _, k := range e.path {
		dst = protowire.AppendTag(dst, 2, protowire.BytesType)
		dst = protowire.AppendBytes(dst, k)
	}
	dst = protowire.AppendTag(dst, 16, protowire.BytesType)
	return protowire.AppendBytes(dst, value)
}

func sizeBytes(num protowire.Number, b []byte) int {
	return protowire.SizeTag(num) + protowire.SizeBytes(len(b))
}
