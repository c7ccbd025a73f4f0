package metric

import "iter"

// Definitions returns the combined definition of each metric and glob, in the order of
// their first definitions: those of the program and then those created by globs.
func (s *Set) Definitions() iter.Seq[Definition] {
	return func(yield func(Definition) bool) {
		for _, d := range s.defined.order {
			if !yield(d.definition()) {
				return
			}
		}
		for _, d := range s.metrics.order {
			if s.defined.get(d.name) == nil && !yield(d.definition()) {
				return
			}
		}
	}
}

// Match returns the definition of the metric at path. If only a glob matches, the metric
// gets its own definition from it. It reports false if there is none.
func (s *Set) Match(path ...string) (Definition, bool) {
	if len(path) == 0 {
		return Definition{}, false
	}
	at := &s.root
	for _, name := range path {
		at = at.child(name)
	}
	d := s.definitionOf(at)
	if d == nil {
		return Definition{}, false
	}
	return d.definition(), true
}

// definition is the inverse of combine.
func (d *combined) definition() Definition {
	out := Definition{Name: d.name, StepMetric: d.step, StepSync: new(d.sync), Hidden: d.hidden, Goal: d.goal}
	for o := Min; o <= First; o++ {
		if d.ops.Has(o) {
			out.Summary = append(out.Summary, o)
		}
	}
	return out
}
