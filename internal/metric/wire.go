package metric

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Numbers of the fields of a definition, and of its options, in the protocol.
const (
	fieldName    = "1"
	fieldGlob    = "2"
	fieldStep    = "5"
	fieldOptions = "6"
	fieldSummary = "7"
	fieldGoal    = "8"

	optionSync    = 1
	optionHidden  = 2
	optionDefined = 3
)

// Wire returns the list of definitions for the run's config, `m` in `_wandb`. A step metric
// is its index in the list, counted from 1, and has an entry even if it was not defined.
//
// If globs is set, the list has the definitions of the program. Otherwise it has the
// metrics created by globs instead of the globs, for servers without the feature
// EXPAND_DEFINED_METRIC_GLOBS. The official client before 0.31 checked the feature; since
// then it always sends globs.
func (s *Set) Wire(globs bool) []map[string]any {
	w := wire{table: &s.defined, place: make(map[string]int)}
	if !globs {
		w.table = &s.metrics
	}
	w.loaded = &s.loaded
	for d := range w.table.all() {
		w.add(d.name)
	}
	for d := range s.loaded.all() {
		w.add(d.name)
	}
	if w.list == nil {
		w.list = []map[string]any{}
	}
	return w.list
}

type wire struct {
	table, loaded *table
	list          []map[string]any
	place         map[string]int // by name, from 1
}

// add returns the index of a metric, which is added if it is missing.
func (w *wire) add(name string) int {
	if at := w.place[name]; at != 0 {
		return at
	}
	entry := map[string]any{fieldName: name, fieldOptions: []int{}, fieldSummary: []int{}}
	w.list = append(w.list, entry)
	at := len(w.list)
	w.place[name] = at
	d := w.table.get(name)
	if d == nil {
		d = w.loaded.get(name)
	}
	if d == nil {
		return at
	}
	if strings.HasSuffix(name, "*") {
		delete(entry, fieldName)
		entry[fieldGlob] = name
	}
	entry[fieldOptions] = d.options()
	entry[fieldSummary] = d.ops.wire()
	if d.goal != NoGoal {
		entry[fieldGoal] = int(d.goal)
	}
	if d.step != "" {
		entry[fieldStep] = w.add(d.step)
	}
	return at
}

// options returns the options. A glob is never "defined", but the metrics created by it
// are.
func (d *combined) options() []int {
	out := []int{}
	if d.sync {
		out = append(out, optionSync)
	}
	if d.hidden {
		out = append(out, optionHidden)
	}
	if !strings.HasSuffix(d.name, "*") && !d.auto {
		out = append(out, optionDefined)
	}
	return out
}

// Load adds the list of definitions of a run that is resumed, in the form of Wire as JSON.
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
	entries := make([]wireEntry, len(texts)) // of the same length, because entries refer to each other by index
	for i, text := range texts {
		if json.Unmarshal(text, &entries[i]) != nil {
			entries[i] = wireEntry{}
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

type wireEntry struct {
	Name    string `json:"1"`
	Glob    string `json:"2"`
	Step    int    `json:"5"`
	Options []int  `json:"6"`
	Summary []int  `json:"7"`
	Goal    int    `json:"8"`
}
