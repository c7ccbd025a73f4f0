package metric

import (
	"iter"
	"slices"
	"strings"
)

// Set keeps the definitions of a run's metrics. The zero Set is empty and ready
// to use. It is not safe for concurrent use.
type Set struct {
	defined table // what the program defined, metrics and globs
	metrics table // metrics: defined, and made from globs
	globs   []*settled
	loaded  table // what an earlier process of the run sent

	steps   map[string]*step
	records []Record
	epoch   uint64 // counts definitions; what keys know of theirs may be stale
	root    key
	call    call
}

// Record is one step in the making of a Set, for the journal and the summary.
type Record struct {
	// Definition is as the program gave it, or as it was made from a glob.
	Definition Definition
	// Expanded: it was made from a glob. It stands for the whole of the metric.
	Expanded bool
	// Path is where the summary has the metric, nil if it has not: for globs, and
	// for metrics whose ops stay without effect.
	Path []string
	// Ops is what the summary shows for the metric from its next value on.
	Ops Ops
}

// Define adds a definition. Errors are of the type [errors.InputError].
func (s *Set) Define(d Definition) error {
	if err := d.validate(); err != nil {
		return err
	}
	d.Summary = slices.Clone(d.Summary)
	s.epoch++
	s.loaded.drop(d.Name)
	s.defined.put(d.settle(), d.Overwrite)
	record := Record{Definition: d}
	if d.IsGlob() {
		s.globs = s.globs[:0]
		for g := range s.defined.all() {
			if strings.HasSuffix(g.name, "*") {
				s.globs = append(s.globs, g)
			}
		}
		// The longest first, so that the first that matches is the closest.
		slices.SortStableFunc(s.globs, func(a, b *settled) int { return len(b.name) - len(a.name) })
	} else {
		all := s.metrics.put(d.settle(), d.Overwrite)
		record.Path, record.Ops = ParseName(d.Name), all.ops
	}
	s.watch(d.StepMetric)
	s.records = append(s.records, record)
	return nil
}

// Take gives what was defined, and made from globs, since the last call. The
// slice is the caller's.
func (s *Set) Take() []Record {
	records := s.records
	s.records = nil
	return records
}

// Definitions gives what each metric and glob comes to, in the order of their
// first definitions: those of the program and then those made from globs.
func (s *Set) Definitions() iter.Seq[Definition] {
	return func(yield func(Definition) bool) {
		for d := range s.defined.all() {
			if !yield(d.definition()) {
				return
			}
		}
		for d := range s.metrics.all() {
			if s.defined.get(d.name) == nil && !yield(d.definition()) {
				return
			}
		}
	}
}

// Len is how many definitions there are, globs among them.
func (s *Set) Len() int { return len(s.defined.order) }

// Match gives the definition that holds for the metric at path: its own, or that
// of a glob, from which it has then become its own. It reports false if there is
// none.
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

// definitionOf looks up the definition of a key, and makes one from a glob where
// it has none yet.
func (s *Set) definitionOf(k *key) *settled {
	if k.epoch == s.epoch {
		return k.def
	}
	k.epoch = s.epoch
	k.def = s.resolve(k)
	k.step = nil
	if k.def != nil && k.def.sync && k.def.step != "" {
		k.step = s.steps[k.def.step]
	}
	return k.def
}

func (s *Set) resolve(k *key) *settled {
	// The official client knows keys by their parts joined with dots, whether the
	// dots are in the parts or between them. So a definition of "a.b" fills in the
	// step metric of the key "a.b" as well as of b in a, and globs match both. But
	// its summary tells the two apart: the operations are those of b in a alone.
	path := k.path()
	exact, plain := JoinName(path...), strings.Join(path, ".")
	nested := exact == plain
	if d := s.metrics.get(exact); d != nil && !nested {
		return d
	}
	if d := s.metrics.get(plain); d != nil {
		if d.expanded && nested && !d.placed {
			d.placed = true
			s.record(d, path)
		}
		return d
	}
	if strings.HasPrefix(plain, "_") {
		return nil
	}
	for _, g := range s.globs {
		if !strings.HasPrefix(plain, strings.TrimSuffix(g.name, "*")) {
			continue
		}
		d := *g
		d.name, d.expanded, d.placed = plain, true, nested
		if !nested {
			path = nil
		}
		s.record(&d, path)
		return s.metrics.put(&d, false)
	}
	return nil
}

// record notes a definition made from a glob.
func (s *Set) record(d *settled, path []string) {
	def := d.definition()
	def.Overwrite = true
	s.records = append(s.records, Record{Definition: def, Expanded: true, Path: path, Ops: d.ops})
}
