package metric

import (
	"cmp"
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

// Records returns what the program defined for the run's config, where it stands as `m` in
// `_wandb`; see [record.MetricsJSON]. A step metric has an entry even if it was
// never defined. Globs are sent as they are, as by the official client from 0.31 on.
func (s *Set) Records() []record.Metric {
	var records []record.Metric
	listed := make(map[string]bool)
	add := func(name string) {
		for name != "" && !listed[name] { // then its step metric
			listed[name] = true
			d := cmp.Or(s.defined.get(name), s.loaded.get(name), &combined{name: name, auto: true})
			records = append(records, *d.record())
			name = d.step
		}
	}
	for _, d := range s.defined.order {
		add(d.name)
	}
	for _, d := range s.loaded.order {
		add(d.name)
	}
	return records
}

func (d *combined) record() *record.Metric {
	rec := &record.Metric{
		Name: d.name, StepMetric: d.step, StepSync: d.sync, Hidden: d.hidden, Defined: !d.auto,
		Summary: record.SummaryKinds(d.ops), Goal: int32(d.goal),
	}
	if d.isGlob() {
		rec.Name, rec.Glob = "", d.name
	}
	return rec
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
		if def.validate() != nil || d.isGlob() != (e.Name == "") || s.defined.get(d.name) != nil {
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
