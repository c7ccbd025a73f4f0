package metric

import "slices"

// table has combined definitions by name, in the order of their first definition. The zero
// table is empty.
type table struct {
	byName map[string]*combined
	order  []*combined
}

func (t *table) get(name string) *combined { return t.byName[name] }

// put adds a definition and returns the combination of all of that name.
func (t *table) put(d *combined, overwrite bool) *combined {
	if have := t.byName[d.name]; have != nil {
		have.add(d, overwrite)
		return have
	}
	if t.byName == nil {
		t.byName = make(map[string]*combined)
	}
	t.byName[d.name] = d
	t.order = append(t.order, d)
	return d
}

func (t *table) drop(name string) {
	if t.byName[name] == nil {
		return
	}
	delete(t.byName, name)
	t.order = slices.DeleteFunc(t.order, func(d *combined) bool { return d.name == name })
}
