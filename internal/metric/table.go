package metric

import (
	"iter"
	"slices"
)

// table keeps settled definitions by name, in the order of their first
// definition. The zero table is empty.
type table struct {
	byName map[string]*settled
	order  []*settled
}

func (t *table) get(name string) *settled { return t.byName[name] }

// put adds a definition and returns what all of that name come to.
func (t *table) put(d *settled, overwrite bool) *settled {
	if have := t.byName[d.name]; have != nil {
		have.add(d, overwrite)
		return have
	}
	if t.byName == nil {
		t.byName = make(map[string]*settled)
	}
	t.byName[d.name] = d
	t.order = append(t.order, d)
	return d
}

func (t *table) all() iter.Seq[*settled] {
	return func(yield func(*settled) bool) {
		for _, d := range t.order {
			if !yield(d) {
				return
			}
		}
	}
}

func (t *table) drop(name string) {
	if t.byName[name] == nil {
		return
	}
	delete(t.byName, name)
	t.order = slices.DeleteFunc(t.order, func(d *settled) bool { return d.name == name })
}
