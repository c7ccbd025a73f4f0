package summary

import (
	"maps"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
)

// kind says what the values that were logged make of a node.
type kind uint8

const (
	isUnknown kind = iota
	isLeaf
	isInner
)

// shown says what the summary has for a node.
type shown uint8

const (
	showsNothing shown = iota // its children, if any
	showsLast                 // the last value that was logged
	showsValue
	showsInt
	showsFloat
	showsDerived
)

// node is a metric or an object of metrics. It keeps apart what is shown and what
// is known: definitions change the former only with the next value, and values
// that the program sets do not count as logged.
type node struct {
	// What every value touches stands together, so that it shares cache lines.
	kind     kind
	shown    shown
	present  bool             // there is a value, so that the next is not the first
	ops      metric.Ops       // to show with the next value
	shows    metric.Ops       // for showsDerived
	numbers  int              // how many values were numbers
	min, max float64          // of them; a NaN stays
	sum      float64          // of them
	last     any              // frozen
	first    any              // frozen
	children map[string]*node // covered where something is shown

	value  any     // for showsValue: frozen, not nil
	int    int64   // for showsInt
	float  float64 // for showsFloat
	name   string
	quoted []byte  // `"name":`
	order  []*node // children by name; nil if to be sorted anew
}

// child gives the node below n of that name.
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

// cut drops what is below n. The official client sometimes does, and sometimes
// brings it back when another key below n is logged, by how its batches fall.
func (n *node) cut() {
	if n.children != nil {
		n.children, n.order = nil, nil
	}
}

// sorted gives the children by name.
func (n *node) sorted() []*node {
	if n.order == nil {
		n.order = slices.SortedFunc(maps.Values(n.children), func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return n.order
}

// visible reports whether the summary has anything for n.
func (n *node) visible() bool {
	if n.shown != showsNothing {
		return true
	}
	for _, c := range n.children {
		if c.visible() {
			return true
		}
	}
	return false
}

func (n *node) hide()               { n.shown, n.value = showsNothing, nil }
func (n *node) show(v any)          { n.shown, n.value = showsValue, v }
func (n *node) showInt(i int64)     { n.shown, n.int = showsInt, i }
func (n *node) showFloat(f float64) { n.shown, n.float = showsFloat, f }
func (n *node) derive()             { n.shown, n.shows = showsDerived, n.ops }

// observe counts a number.
func (n *node) observe(f float64) {
	if n.numbers == 0 {
		n.min, n.max = f, f
	} else {
		// Comparisons with NaN are false, so one that is in stays in.
		if f < n.min || f != f {
			n.min = f
		}
		if f > n.max || f != f {
			n.max = f
		}
	}
	// The mean is the sum divided by the count to the last digit, even where the
	// sum overflows: that is what the official client gives.
	n.sum += f
	n.numbers++
}

// remember keeps a value as the last, and the first if there is none.
func (n *node) remember(v any) {
	if !n.present {
		n.first, n.present = v, true
	}
	n.last = v
}

// reset forgets what was logged, and the operations.
func (n *node) reset() {
	n.ops, n.present, n.first, n.last = 0, false, nil, nil
	n.numbers, n.min, n.max, n.sum = 0, 0, 0, 0
}

// op gives the value of one operation. A metric that never saw a number has the
// minimum and the maximum 0 and the mean NaN, as in the official client.
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

// derivedOps are the operations that can be shown, by name.
var derivedOps = [...]metric.Op{metric.First, metric.Last, metric.Max, metric.Mean, metric.Min}

// derived gives the operations that are shown, as an object.
func (n *node) derived() map[string]any {
	object := make(map[string]any, len(derivedOps))
	for _, o := range derivedOps {
		if n.shows.Has(o) {
			object[o.String()] = n.op(o)
		}
	}
	return object
}

// plain gives the value that is shown, in the form of encoding/json, or false
// where there is none or it is an object of metrics.
func (n *node) plain() (any, bool) {
	switch n.shown {
	case showsLast:
		return history.Decode(n.last), true
	case showsValue:
		return history.Decode(n.value), true
	case showsInt:
		return n.int, true
	case showsFloat:
		return n.float, true
	case showsDerived:
		object := n.derived()
		for name, v := range object {
			object[name] = history.Decode(v)
		}
		return object, true
	default:
		return nil, false
	}
}
