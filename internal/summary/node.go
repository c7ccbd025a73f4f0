package summary

import (
	"maps"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
)

// kind says whether a node is a metric or an object, by the values that were logged.
type kind uint8

const (
	isUnknown kind = iota
	isLeaf
	isInner
)

// shown says which value the summary shows for a node.
type shown uint8

const (
	showsNothing shown = iota // its children, if any
	showsLast                 // the last value that was logged
	showsValue
	showsInt
	showsFloat
	showsDerived
)

// node is a metric or an object of metrics. The shown value is separate from the logged
// ones: a definition changes the shown value only with the next logged one, and values
// that the program sets are not logged.
type node struct {
	// The fields that every value touches are together, so that they share cache lines.
	kind     kind
	shown    shown
	present  bool       // there is a first value
	ops      metric.Ops // shown from the next value on
	shows    metric.Ops // for showsDerived
	numbers  int        // the count of values that were numbers
	min, max float64    // of these; NaN stays
	sum      float64    // of these
	last     any
	first    any
	children map[string]*node // hidden if this node shows a value

	value  any     // for showsValue; not nil
	int    int64   // for showsInt
	float  float64 // for showsFloat
	name   string
	quoted []byte  // `"name":`
	order  []*node // children by name; nil if not sorted yet
}

// child returns the node of that name below n.
func (n *node) child(name string) *node {
	c := n.children[name]
	if c == nil {
		c = &node{name: name, quoted: append(jsonx.AppendQuoted(nil, []byte(name)), ':')}
		if n.children == nil {
			n.children = make(map[string]*node)
		}
		n.children[name] = c
		n.order = nil
	}
	return c
}

// cut drops the nodes below n. In the official client it depends on its batches whether
// they reappear when another key below n is logged.
func (n *node) cut() {
	if n.children != nil {
		n.children, n.order = nil, nil
	}
}

// sorted returns the children by name.
func (n *node) sorted() []*node {
	if n.order == nil {
		n.order = slices.SortedFunc(maps.Values(n.children), func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return n.order
}

func (n *node) hide()               { n.shown, n.value = showsNothing, nil }
func (n *node) show(v any)          { n.shown, n.value = showsValue, v }
func (n *node) showInt(i int64)     { n.shown, n.int = showsInt, i }
func (n *node) showFloat(f float64) { n.shown, n.float = showsFloat, f }
func (n *node) derive()             { n.shown, n.shows = showsDerived, n.ops }

// observe adds a number to the operations.
func (n *node) observe(f float64) {
	if n.numbers == 0 {
		n.min, n.max = f, f
	} else {
		// Comparisons with NaN are false, so a NaN stays.
		if f < n.min || f != f {
			n.min = f
		}
		if f > n.max || f != f {
			n.max = f
		}
	}
	// As in the official client, the mean is the sum divided by the count, even if the
	// sum overflows.
	n.sum += f
	n.numbers++
}

// remember stores a value as the last one, and as the first if there is none.
func (n *node) remember(v any) {
	if !n.present {
		n.first, n.present = v, true
	}
	n.last = v
}

// reset drops the logged values and the operations.
func (n *node) reset() {
	n.ops, n.present, n.first, n.last = 0, false, nil, nil
	n.numbers, n.min, n.max, n.sum = 0, 0, 0, 0
}

// op returns the value of one operation. As in the official client, a metric without
// numbers has the minimum and maximum 0 and the mean NaN.
func (n *node) op(o metric.Op) any {
	switch o {
	case metric.Min:
		return n.min
	case metric.Max:
		return n.max
	case metric.Mean:
		return n.sum / float64(n.numbers)
	case metric.First:
		return n.first
	default:
		return n.last
	}
}

// derivedOps are the operations that can be shown, sorted by name.
var derivedOps = [...]metric.Op{metric.First, metric.Last, metric.Max, metric.Mean, metric.Min}

// derived returns the shown operations as an object.
func (n *node) derived() map[string]any {
	object := make(map[string]any, len(derivedOps))
	for _, o := range derivedOps {
		if n.shows.Has(o) {
			object[o.String()] = n.op(o)
		}
	}
	return object
}

// single returns the shown value as it was logged or set. It reports false if there is none
// or if n is an object of metrics or operations.
func (n *node) single() (any, bool) {
	switch n.shown {
	case showsLast:
		return n.last, true
	case showsValue:
		return n.value, true
	case showsInt:
		return n.int, true
	case showsFloat:
		return n.float, true
	default:
		return nil, false
	}
}
