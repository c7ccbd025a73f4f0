package metric

import (
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
)

// Set has the definitions of a run's metrics. The zero Set is empty and ready to use. It is
// not safe for concurrent use.
type Set struct {
	defined table // by the program, metrics and globs
	metrics table // defined metrics, and those created by globs
	globs   []*combined
	loaded  table // sent by an earlier process of the run

	steps   map[string]*step
	changes []Record
	epoch   uint64 // the number of definitions; a key with an older epoch is stale
	root    key
	calls   uint64  // of SyncSteps
	needed  []*step // by the row of the current call
}

// Record is a change of a Set, for the journal and the summary.
type Record struct {
	// Metric is the definition of the program, or the one that a glob created, which is complete.
	Metric *record.Metric
	// Path is the path of the metric in the summary. It is nil for globs, and for metrics
	// whose operations have no effect.
	Path []string
	// Ops are the operations that the summary shows from the metric's next value on.
	Ops Ops
}

// Define adds a definition. The error is an [errors.InputError].
func (s *Set) Define(d Definition) error {
	if err := d.validate(); err != nil {
		return err
	}
	s.epoch++
	s.loaded.drop(d.Name)
	added := d.combine()
	change := Record{Metric: added.record()}
	change.Metric.Overwrite = d.Overwrite
	s.defined.put(added, d.Overwrite)
	if added.isGlob() {
		s.globs = s.globs[:0]
		for _, g := range s.defined.order {
			if g.isGlob() {
				s.globs = append(s.globs, g)
			}
		}
		// The longest first, so that it is the first that matches.
		slices.SortStableFunc(s.globs, func(a, b *combined) int { return len(b.name) - len(a.name) })
	} else {
		all := s.metrics.put(d.combine(), d.Overwrite)
		change.Path, change.Ops = ParseName(d.Name), all.ops
	}
	s.watch(d.StepMetric)
	s.changes = append(s.changes, change)
	return nil
}

// Take returns the definitions since the last call, including those created by globs. The
// slice belongs to the caller.
func (s *Set) Take() []Record {
	changes := s.changes
	s.changes = nil
	return changes
}

// definitionOf returns the definition of a key. If it has none, one is created from a glob.
func (s *Set) definitionOf(k *key) *combined {
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

func (s *Set) resolve(k *key) *combined {
	// The official client identifies a key by its parts joined with dots, and does not
	// escape dots in the parts. So a definition of "a.b" fills in the step metric for
	// the key "a.b" and for b in a, and globs match both. But its summary distinguishes
	// them: the operations are only those of b in a.
	path := k.path()
	exact, plain := JoinName(path...), strings.Join(path, ".")
	nested := exact == plain
	if d := s.metrics.get(exact); d != nil && !nested {
		return d
	}
	if d := s.metrics.get(plain); d != nil {
		if d.expanded && nested && !d.placed {
			d.placed = true
			s.expanded(d, path)
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
		s.expanded(&d, path)
		return s.metrics.put(&d, false)
	}
	return nil
}

// expanded records a definition created by a glob.
func (s *Set) expanded(d *combined, path []string) {
	m := d.record()
	m.Overwrite, m.Expanded = true, true
	s.changes = append(s.changes, Record{Metric: m, Path: path, Ops: d.ops})
}
