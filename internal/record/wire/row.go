package wire

import (
	"github.com/wandgo/wandgo/internal/jsonx"

	"github.com/wandgo/wandgo/internal/record"
)

// RowWriter writes items as one JSON object, nested as their keys are. Its
// memory is used again from row to row.
type RowWriter struct {
	nodes []rowNode
	index map[rowKey]int32
	key   []byte
}

type rowNode struct {
	key         string
	value       []byte // nil for an object
	first, last int32  // of the children; 0 means none
	next        int32  // sibling
}

type rowKey struct {
	parent int32
	key    string
}

// AppendRow appends the items as a line. Of two values for one path the later
// counts. Items that have no path or whose value is not JSON are omitted, and
// bad says how many.
func (w *RowWriter) AppendRow(dst []byte, items []record.Item) (line []byte, bad int) {
	if w.index == nil {
		w.index = make(map[rowKey]int32)
	}
	clear(w.index)
	w.nodes = append(w.nodes[:0], rowNode{})
	for i := range items {
		it := &items[i]
		if len(it.NestedKey) == 0 && it.Key == "" || len(it.NestedKey) > jsonx.MaxDepth || !jsonx.Valid(it.Value) {
			bad++
			continue
		}
		at := int32(0)
		if len(it.NestedKey) == 0 {
			at = w.child(at, it.Key)
		}
		for _, k := range it.NestedKey {
			at = w.child(at, k)
		}
		w.orphan(at) // a value takes the place of an object
		w.nodes[at].value = it.Value
	}
	return w.append(dst, 0), bad
}

// child finds or makes a node. A node that had a value becomes an object.
func (w *RowWriter) child(parent int32, key string) int32 {
	p := &w.nodes[parent]
	p.value = nil
	if i, ok := w.index[rowKey{parent, key}]; ok {
		return i
	}
	i := int32(len(w.nodes)) //nolint:gosec // a record is far smaller
	if p.first == 0 {
		p.first = i
	} else {
		w.nodes[p.last].next = i
	}
	p.last = i
	w.nodes = append(w.nodes, rowNode{key: key})
	w.index[rowKey{parent, key}] = i
	return i
}

// orphan releases the children of a node.
func (w *RowWriter) orphan(at int32) {
	n := &w.nodes[at]
	for i := n.first; i != 0; i = w.nodes[i].next {
		delete(w.index, rowKey{at, w.nodes[i].key})
	}
	n.first, n.last = 0, 0
}

func (w *RowWriter) append(dst []byte, at int32) []byte {
	dst = append(dst, '{')
	for i := w.nodes[at].first; i != 0; i = w.nodes[i].next {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		n := &w.nodes[i]
		w.key = append(w.key[:0], n.key...)
		dst = jsonx.AppendQuoted(dst, w.key)
		dst = append(dst, ':')
		if n.value != nil {
			dst = jsonx.AppendLine(dst, n.value)
		} else {
			dst = w.append(dst, i)
		}
	}
	return append(dst, '}')
}
