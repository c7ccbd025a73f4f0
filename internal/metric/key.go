package metric

import "slices"

// key is a key of rows. Keys form a tree, as rows do, so that a lookup does not need to
// join names.
type key struct {
	name     string
	parent   *key
	children map[string]*key

	epoch uint64    // at which def and step were looked up
	def   *combined // the definition in effect, or nil
	step  *step     // filled in if the key is in a row, or nil
	is    *step     // not nil if the key itself is a step metric
}

// child returns the key of that name below k.
func (k *key) child(name string) *key {
	c := k.children[name]
	if c == nil {
		c = &key{name: name, parent: k, epoch: ^uint64(0)}
		if k.children == nil {
			k.children = make(map[string]*key)
		}
		k.children[name] = c
	}
	return c
}

func (k *key) path() []string {
	var path []string
	for ; k.parent != nil; k = k.parent {
		path = append(path, k.name)
	}
	slices.Reverse(path)
	return path
}

// step is a metric that is the x-axis of others.
type step struct {
	name string
	path []string
	last any    // the last number logged, 0 at first
	call uint64 // the last call with the metric in the row
}

// watch starts to record the values of a step metric. As in the official client, values of
// earlier rows are not known.
func (s *Set) watch(name string) {
	if name == "" || s.steps[name] != nil {
		return
	}
	if s.steps == nil {
		s.steps = make(map[string]*step)
	}
	path := ParseName(name)
	at := &s.root
	for _, part := range path {
		at = at.child(part)
	}
	if at.is == nil { // two spellings of one name share it
		at.is = &step{name: name, path: path, last: zero}
	}
	s.steps[name] = at.is
}

var zero any = int64(0)
