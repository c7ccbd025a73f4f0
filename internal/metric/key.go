package metric

import "slices"

// key is what is known about a key of rows. Keys form a tree, as rows do, so that
// finding one needs no joined names.
type key struct {
	name     string
	parent   *key
	children map[string]*key

	epoch uint64   // when def and step were looked up
	def   *settled // the definition that holds, nil if there is none
	step  *step    // to fill in where the key is, nil if there is none
	is    *step    // the step metric that the key itself is, nil if it is none
}

// child gives the key below k of that name.
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

// step is a metric on the x-axis of others.
type step struct {
	name string
	path []string
	last any    // last number logged; it begins at 0
	call uint64 // the call that last saw it, or filled it in
}

// watch begins to remember the values of a step metric. Values of earlier rows
// are not known, as in the official client.
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
	if at.is == nil { // "a" and "a" by another spelling are one
		at.is = &step{name: name, path: path, last: zero}
	}
	s.steps[name] = at.is
}

var zero any = int64(0)
