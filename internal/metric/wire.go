package metric

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// Numbers of the fields of a definition, and of its options, on the wire.
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

// Wire gives the list of definitions for the run's config, `m` in `_wandb`. A step
// metric stands in it as its place in the list, counted from 1, and has an entry
// even if it was never defined.
//
// With globs set the list holds what the program defined. Without, it holds the
// metrics made from globs in their place; that is for servers that do not know
// globs (feature EXPAND_DEFINED_METRIC_GLOBS). The official client before 0.31
// asked for the feature, since then it always sends globs.
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

// add gives the place of a metric, which it adds if it is not there yet.
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

// options lists the options. Globs are never "defined", the metrics made from
// them are.
func (d *settled) options() []int {
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

// Load takes over the list of definitions of a run that is resumed, as Wire gives
// it and encoding/json writes it. They are listed on, so that the run's charts
// keep their x-axes, until the program defines the same names anew; they do not
// fill in steps or change the summary. The official client forgets them.
//
// Entries that make no sense are left out. If list is not a list, the error matches [errors.ErrInvalidInput] and nothing is loaded.
func (s *Set) Load(list []byte) error {
	var texts []json.RawMessage
	if err := json.Unmarshal(list, &texts); err != nil {
		return fmt.Errorf("load metric definitions: %w: %w", errors.ErrInvalidInput, err)
	}
	entries := make([]wireEntry, len(texts)) // as many, as they refer to each other by place
	for i, text := range texts {
		if json.Unmarshal(text, &entries[i]) != nil {
			entries[i] = wireEntry{}
		}
	}
	for _, e := range entries {
		d := &settled{name: e.Name}
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
