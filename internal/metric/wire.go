package metric

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/record"
)

// Options of a definition on the wire.
const (
	optionSync    = 1
	optionHidden  = 2
	optionDefined = 3
)

// Records returns the definitions for the run's config, where they stand as `m` in
// `_wandb`; see [record.MetricsJSON]. A step metric has an entry even if it was
// never defined.
//
// With globs set the list holds what the program defined. Without, it holds the
// metrics made from globs in their place; that is for servers that do not know
// globs (feature EXPAND_DEFINED_METRIC_GLOBS). The official client before 0.31
// asked for the feature, since then it always sends globs.
func (s *Set) Records(globs bool) []record.Metric {
	l := list{defined: &s.defined, loaded: &s.loaded, listed: make(map[string]bool)}
	if !globs {
		l.defined = &s.metrics
	}
	for _, d := range l.defined.order {
		l.add(d.name)
	}
	for _, d := range s.loaded.order {
		l.add(d.name)
	}
	return l.records
}

// list collects definitions.
type list struct {
	defined, loaded *table
	records         []record.Metric
	listed          map[string]bool
}

// add adds a metric and its step metric, unless they are listed.
func (l *list) add(name string) {
	if l.listed[name] {
		return
	}
	l.listed[name] = true
	d := l.defined.get(name)
	if d == nil {
		d = l.loaded.get(name)
	}
	if d == nil {
		d = &combined{name: name, auto: true}
	}
	l.records = append(l.records, d.record())
	if d.step != "" {
		l.add(d.step)
	}
}

func (d *combined) record() record.Metric {
	rec := record.Metric{
		Name: d.name, StepMetric: d.step, StepSync: d.sync, Hidden: d.hidden, Defined: !d.auto,
		Summary: record.SummaryKinds(d.ops), Goal: int32(d.goal),
	}
	if strings.HasSuffix(d.name, "*") {
		rec.Name, rec.Glob = "", d.name
	}
	return rec
}

// Metric is the change as a log has it.
func (r *Record) Metric() *record.Metric {
	m := r.Definition.combine().record()
	m.Overwrite, m.Expanded = r.Definition.Overwrite, r.Expanded
	return &m
}

// Load adds the list of definitions of a run that is resumed, as
// [record.MetricsJSON] writes it.
// They stay in the list until the program defines the same names, so that the run's charts
// keep their x-axes. They do not fill in steps or change the summary. The official client
// drops them.
//
// Malformed entries are skipped. If list is not a list, nothing is loaded and the error
// matches [errors.ErrInvalidInput].
func (s *Set) Load(list []byte) error {
	var texts []json.RawMessage
	if err := json.Unmarshal(list, &texts); err != nil {
		return fmt.Errorf("load metric definitions: %w: %w", errors.ErrInvalidInput, err)
	}
	entries := make([]record.MetricEntry, len(texts)) // of the same length, because entries refer to each other by index
	for i, text := range texts {
		if json.Unmarshal(text, &entries[i]) != nil {
			entries[i] = record.MetricEntry{}
		}
	}
	for _, e := range entries {
		d := &combined{name: e.Name}
		if e.Name == "" {
			d.name = e.Glob
		}
		def := Definition{Name: d.name}
		if def.validate() != nil || def.IsGlob() != (e.Name == "") || s.defined.get(d.name) != nil {
			continue
		}
		if i := e.Step - 1; i >= 0 && i < len(entries) && !strings.Contains(entries[i].Name, "*") {
			d.step = entries[i].Name
		}
		d.sync = slices.Contains(e.Options, optionSync)
		d.hidden = slices.Contains(e.Options, optionHidden)
		d.auto = !slices.Contains(e.Options, optionDefined)
		for _, o := range e.Summary {
			if o >= int(Min) && o <= int(First) {
				d.ops |= 1 << o
			}
		}
		if e.Goal > int(NoGoal) && e.Goal <= int(Maximize) {
			d.goal = Goal(e.Goal)
		}
		s.loaded.put(d, true)
	}
	return nil
}
