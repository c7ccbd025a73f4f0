package summary

import (
	"github.com/wandgo/wandgo/internal/history"
)

// AppendJSON appends the summary as one line of JSON with NaN and Infinity, sorted by key and
// without spaces.
//
// It writes the whole summary each time. Ten thousand keys take about a millisecond (see
// BenchmarkAppendJSON), once per request, so tracking changes would not pay.
func (s *Summary) AppendJSON(dst []byte) []byte {
	w := writer{dst: append(dst, '{')}
	w.children(&s.root)
	return append(w.dst, '}')
}

type writer struct {
	dst []byte
	enc history.Encoder
}

// children appends the entries below n and reports whether there are any.
func (w *writer) children(n *node) bool {
	begin := len(w.dst)
	for _, c := range n.sorted() {
		mark := len(w.dst)
		if mark > begin {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, c.quoted...)
		if !w.node(c) {
			w.dst = w.dst[:mark]
		}
	}
	return len(w.dst) > begin
}

// node appends the value of n and reports whether it has one.
func (w *writer) node(n *node) bool {
	if v, ok := n.single(); ok {
		w.value(v)
		return true
	}
	w.dst = append(w.dst, '{')
	if n.shown == showsDerived {
		w.derived(n)
	} else if !w.children(n) {
		return false
	}
	w.dst = append(w.dst, '}')
	return true
}

// derived appends the operations that n shows.
func (w *writer) derived(n *node) {
	for _, o := range derivedOps {
		if !n.shows.Has(o) {
			continue
		}
		if w.dst[len(w.dst)-1] != '{' {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, '"')
		w.dst = append(w.dst, o.String()...)
		w.dst = append(w.dst, '"', ':')
		w.value(n.op(o))
	}
}

// value appends a value, which was written before and so can be written again.
func (w *writer) value(v any) {
	mark := len(w.dst)
	w.dst, _ = w.enc.AppendValue(w.dst, v)
	if len(w.dst) == mark {
		w.dst = append(w.dst, "null"...)
	}
}
