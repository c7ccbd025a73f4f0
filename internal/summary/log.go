package summary

import (
	"math"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
)

// outcome is the effect of a logged value.
type outcome struct {
	taken bool // it was a value or contained one
	shown bool // the shown value changed
}

// log adds a value of a row.
func (s *Summary) log(n *node, v any) outcome {
	switch x := v.(type) { // the common kinds first
	case float64:
		s.becomeLeaf(n)
		n.observe(x)
	case history.Absent:
		return outcome{}
	case *history.Row:
		return s.logObject(n, x)
	case nil:
		return s.logNull(n)
	default:
		s.becomeLeaf(n)
		if f, ok := history.Number(v); ok {
			n.observe(f)
		}
	}
	if n.ops != 0 {
		return s.logWithOps(n, v)
	}
	n.remember(v)
	n.cut()
	n.shown = showsLast
	return outcome{taken: true, shown: true}
}

// logWithOps adds a value of a metric that has operations.
func (s *Summary) logWithOps(n *node, v any) outcome {
	n.remember(v)
	if n.ops.Has(metric.None) {
		return outcome{taken: true} // the shown value stays, as in the official client
	}
	n.cut()
	if n.ops.Derives() {
		n.derive()
	} else {
		n.shown = showsLast
	}
	return outcome{taken: true, shown: true}
}

// logNull adds a null, which only operations show. As in the official client, it makes an
// object a metric.
func (s *Summary) logNull(n *node) outcome {
	s.becomeLeaf(n)
	s.detach(n)
	n.remember(nil)
	if !n.ops.Derives() {
		return outcome{taken: true}
	}
	n.cut()
	n.derive()
	return outcome{taken: true, shown: true}
}

// logObject adds the values of an object, whose keys become metrics. The operations of
// the object itself are dropped.
func (s *Summary) logObject(n *node, object *history.Row) outcome {
	var all outcome
	for i, key := range object.Keys {
		if _, absent := object.Values[i].(history.Absent); absent {
			continue
		}
		one := s.log(n.child(key), object.Values[i])
		all.taken = all.taken || one.taken
		all.shown = all.shown || one.shown
	}
	if all.taken {
		s.becomeInner(n)
	}
	if all.shown && n.shown != showsNothing {
		n.hide()
	}
	return all
}

// becomeLeaf makes n a metric with a value. If it was an object, its metrics are dropped,
// but the shown values stay.
func (s *Summary) becomeLeaf(n *node) {
	if n.kind == isLeaf && n.ops == n.shows {
		return
	}
	if !n.ops.Derives() && (n.ops != 0 || n.shown == showsDerived) {
		s.detach(n) // the next value may not be shown
	}
	if n.kind == isInner {
		s.forget(n)
	}
	n.kind = isLeaf
}

// becomeInner makes n an object. If it was a metric, its values are dropped, but the
// shown value stays.
func (s *Summary) becomeInner(n *node) {
	if n.kind != isInner {
		s.detach(n)
		n.reset()
		n.kind = isInner
	}
}

// forget drops the metrics below n.
func (s *Summary) forget(n *node) {
	for _, c := range n.children {
		s.detach(c)
		s.forget(c)
		c.reset()
		c.kind = isUnknown
	}
}

// detach makes the shown value independent of later values.
func (s *Summary) detach(n *node) {
	switch n.shown {
	case showsLast:
		n.show(n.last)
	case showsDerived:
		n.show(s.encode(n.derived()))
	}
}

// encodeSet returns a value that the program sets in a form that does not change later.
// Objects are one value and keep the empty objects in them. It returns nil for null and
// for NaN: the official client turns a NaN that is set, alone or in an object, into
// null, but not one in a list.
func encodeSet(v any) (any, error) {
	switch x := v.(type) {
	case float64:
		if math.IsNaN(x) {
			return nil, nil
		}
		return v, nil
	case int, string, bool, int64:
		return v, nil
	}
	text, err := EncodeValue(v)
	if text == nil {
		return nil, err
	}
	return text, nil
}

// EncodeValue returns the text of a value as [Summary.Set] stores it, or nil if Set would
// remove the value. The error is a [history.RowError].
func EncodeValue(v any) (history.Encoded, error) {
	// The encoder leaves empty objects out, but not in lists.
	var enc history.Encoder
	text, err := enc.AppendValue(nil, []any{v})
	if err != nil {
		return nil, err
	}
	text = text[1 : len(text)-1]
	if object, err := jsonx.ParseObject(text); err == nil && replaceNaN(object) {
		text, _ = enc.AppendValue(nil, []any{object}) // no error: it was written before
		text = text[1 : len(text)-1]
	}
	if string(text) == "null" || string(text) == "NaN" {
		return nil, nil
	}
	return history.Encoded(text), nil
}

// replaceNaN replaces NaN in an object by null, and reports whether there was any.
func replaceNaN(object map[string]any) bool {
	found := false
	for key, v := range object {
		switch v := v.(type) {
		case float64:
			if math.IsNaN(v) {
				object[key] = nil
				found = true
			}
		case map[string]any:
			found = replaceNaN(v) || found
		}
	}
	return found
}
