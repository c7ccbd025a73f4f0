package summary

import (
	"math"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/metric"
)

// outcome says what became of a logged value.
type outcome struct {
	taken bool // it was a value, or had values in it
	shown bool // what is shown changed
}

// log takes in a value of a row.
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
		return s.takeWithOps(n, v)
	}
	n.remember(v)
	n.cut()
	n.shown = showsLast
	return outcome{taken: true, shown: true}
}

// takeWithOps takes in a value of a metric that has operations.
func (s *Summary) takeWithOps(n *node, v any) outcome {
	n.remember(v)
	if n.ops.Has(metric.None) {
		return outcome{taken: true} // what is shown stays, as in the official client
	}
	n.cut()
	if n.ops.Derives() {
		n.derive()
	} else {
		n.shown = showsLast
	}
	return outcome{taken: true, shown: true}
}

// logNull takes in a null, which only operations show. Where there was an object
// its metrics are forgotten all the same, as in the official client.
func (s *Summary) logNull(n *node) outcome {
	s.becomeLeaf(n)
	s.settle(n)
	n.remember(nil)
	if !n.ops.Derives() {
		return outcome{taken: true}
	}
	n.cut()
	n.derive()
	return outcome{taken: true, shown: true}
}

// logObject takes in the values of an object, whose keys become metrics. The
// operations of the object itself end.
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

// becomeLeaf makes n a metric with a value. If it was an object, its metrics are
// forgotten, though what is shown stays.
func (s *Summary) becomeLeaf(n *node) {
	if n.kind == isLeaf && n.ops == n.shows {
		return
	}
	if !n.ops.Derives() && (n.ops != 0 || n.shown == showsDerived) {
		s.settle(n) // the value to come may not be shown
	}
	if n.kind == isInner {
		s.forget(n)
	}
	n.kind = isLeaf
}

// becomeInner makes n an object. If it was a metric, that is forgotten, though
// what is shown stays.
func (s *Summary) becomeInner(n *node) {
	if n.kind != isInner {
		s.settle(n)
		n.reset()
		n.kind = isInner
	}
}

// forget forgets the metrics below n.
func (s *Summary) forget(n *node) {
	for _, c := range n.children {
		s.settle(c)
		s.forget(c)
		c.reset()
		c.kind = isUnknown
	}
}

// settle makes what is shown independent of the values to come.
func (s *Summary) settle(n *node) {
	switch n.shown {
	case showsLast:
		n.show(n.last)
	case showsDerived:
		n.show(s.encode(n.derived()))
	}
}

// freezeWhole freezes a value that the program sets. Objects stay in one piece,
// with the empty ones in them. It is nil for null, and for NaN: the official client
// makes a NaN that is set a null, alone or in an object, though not in a list.
func freezeWhole(v any) (any, error) {
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

// EncodeValue gives the text of a value that the program sets, as [Summary.Set] takes
// it; nil if that takes away what is there. The error is that of the encoder.
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

// replaceNaN makes NaN in an object null, and reports whether there was any.
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
