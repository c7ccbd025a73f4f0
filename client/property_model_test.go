package client_test

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/client"
)

// runModel is what a run amounts to, by the rules as they are written down and in
// the plainest way: it remembers everything and copies all the time.
type runModel struct {
	finished bool
	step     int64
	pending  map[string]any // nil when no row is open
	steps    []int64
	rows     []map[string]any
	config   map[string]any
	name     string
	tags     []string

	metrics, globs map[string]*defModel
	watched        bool  // epoch is a step metric
	epoch          int64 // its last value
	summary        map[string]*keyModel
}

func newRunModel() *runModel {
	return &runModel{
		config: map[string]any{}, metrics: map[string]*defModel{}, globs: map[string]*defModel{},
		summary: map[string]*keyModel{},
	}
}

// defModel is what the definitions of a metric come to.
type defModel struct {
	sync bool
	ops  map[client.SummaryKind]bool
}

func defOf(o client.MetricOptions) *defModel {
	d := &defModel{sync: o.StepMetric != "" && !o.NoStepSync, ops: map[client.SummaryKind]bool{}}
	for _, k := range o.Summary {
		d.ops[k] = true
	}
	return d
}

// add merges a later definition.
func (d *defModel) add(o client.MetricOptions) *defModel {
	more := defOf(o)
	if d == nil || o.Overwrite {
		return more
	}
	more.sync = more.sync || d.sync
	for k := range d.ops {
		if k != client.SummaryNone || len(o.Summary) == 0 {
			more.ops[k] = true
		}
	}
	return more
}

func (m *runModel) define(name string, o client.MetricOptions) {
	m.watched = m.watched || o.StepMetric != ""
	if strings.HasSuffix(name, "*") {
		m.globs[name] = m.globs[name].add(o)
		return
	}
	d := m.metrics[name].add(o)
	m.metrics[name] = d
	m.key(name).ops = d.ops
}

// definition is the one that holds for a key, made from a glob if need be.
func (m *runModel) definition(key string) *defModel {
	if d := m.metrics[key]; d != nil {
		return d
	}
	for glob, d := range m.globs { // one at most: the test has one glob
		if strings.HasPrefix(key, strings.TrimSuffix(glob, "*")) {
			made := &defModel{sync: d.sync, ops: maps.Clone(d.ops)}
			m.metrics[key] = made
			m.key(key).ops = made.ops
			return made
		}
	}
	return nil
}

// key is the summary's knowledge of a key, named by its path joined with dots.
func (m *runModel) key(name string) *keyModel {
	if m.summary[name] == nil {
		m.summary[name] = &keyModel{}
	}
	return m.summary[name]
}

// merge adds metrics to the open row.
func (m *runModel) merge(row map[string]any) {
	if m.pending == nil {
		m.pending = map[string]any{}
	}
	mergeMaps(m.pending, row)
}

func mergeMaps(dst, src map[string]any) {
	for k, v := range src {
		if below, ok := v.(map[string]any); ok {
			mine, ok := dst[k].(map[string]any)
			if !ok {
				mine = map[string]any{}
				dst[k] = mine
			}
			mergeMaps(mine, below)
			continue
		}
		dst[k] = v
	}
}

// flush closes the open row.
func (m *runModel) flush() {
	row := m.pending
	m.pending = nil
	flat := flatten(row, "")
	needed := false
	for _, key := range slices.Sorted(maps.Keys(flat)) {
		if d := m.definition(key); d != nil && d.sync {
			needed = true
		}
	}
	if v, has := row["epoch"]; has {
		if n, ok := v.(int); ok && m.watched {
			m.epoch = int64(n)
		}
	} else if needed {
		row["epoch"] = m.epoch
		flat["epoch"] = m.epoch
	}
	for key, v := range flat {
		m.key(key).log(v)
	}
	m.steps, m.rows = append(m.steps, m.step), append(m.rows, row)
	m.step++
}

// flatten gives the leaves by their paths.
func flatten(row map[string]any, prefix string) map[string]any {
	flat := map[string]any{}
	for k, v := range row {
		if below, ok := v.(map[string]any); ok {
			maps.Copy(flat, flatten(below, prefix+k+"."))
			continue
		}
		flat[prefix+k] = v
	}
	return flat
}

// shown is the summary without the client's own keys.
func (m *runModel) shown() map[string]any {
	out := map[string]any{}
	for key, k := range m.summary {
		if k.shown == nil {
			continue
		}
		at, path := out, strings.Split(key, ".")
		for _, name := range path[:len(path)-1] {
			if at[name] == nil {
				at[name] = map[string]any{}
			}
			at = at[name].(map[string]any)
		}
		at[path[len(path)-1]] = k.shown
	}
	return out
}

// keyModel is the summary of one metric.
type keyModel struct {
	logged  []any
	from    int // where the first value is, counted from 1; 0 if it was set before
	present bool
	ops     map[client.SummaryKind]bool
	shown   any
}

func (k *keyModel) derives() bool {
	for _, o := range []client.SummaryKind{client.SummaryMin, client.SummaryMax, client.SummaryMean, client.SummaryFirst, client.SummaryLast} {
		if k.ops[o] {
			return !k.ops[client.SummaryNone]
		}
	}
	return false
}

func (k *keyModel) log(v any) {
	if !k.present {
		k.present, k.from = true, len(k.logged)+1
	}
	k.logged = append(k.logged, v)
	switch {
	case k.ops[client.SummaryNone]:
	case k.derives():
		k.shown = k.derived()
	case v != nil:
		k.shown = v
	}
}

func (k *keyModel) derived() map[string]any {
	least, most, sum, n := 0.0, 0.0, 0.0, 0
	nan := false
	for _, v := range k.logged {
		f, ok := number(v)
		if !ok {
			continue
		}
		if n == 0 {
			least, most = f, f
		}
		least, most, sum, n = math.Min(least, f), math.Max(most, f), sum+f, n+1
		if nan = nan || math.IsNaN(f); nan { // which package math lets an infinity hide
			least, most = math.NaN(), math.NaN()
		}
	}
	var first any
	if k.from > 0 {
		first = k.logged[k.from-1]
	}
	out := map[string]any{}
	for o, v := range map[client.SummaryKind]any{
		client.SummaryMin: least, client.SummaryMax: most, client.SummaryMean: sum / float64(n),
		client.SummaryFirst: first, client.SummaryLast: k.logged[len(k.logged)-1],
	} {
		if k.ops[o] {
			out[string(o)] = v
		}
	}
	return out
}

func (k *keyModel) set(v any) {
	k.present, k.shown = true, v
	if f, ok := v.(float64); ok && math.IsNaN(f) {
		k.shown = nil
	}
	k.ops = map[client.SummaryKind]bool{client.SummaryNone: k.ops[client.SummaryNone]}
}

func (k *keyModel) remove() { k.present, k.shown = false, nil }

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// updateConfig returns whether a key was refused.
func (m *runModel) updateConfig(values map[string]any, overwrite bool) (refused bool) {
	for k, v := range values {
		old, set := m.config[k]
		switch {
		case !set:
			m.config[k] = clone(v)
		case !overwrite:
			refused = refused || canon(old) != canon(v)
		default:
			below, isObject := v.(map[string]any)
			mine, wasObject := old.(map[string]any)
			if isObject && wasObject {
				mergeMaps(mine, below)
			} else {
				m.config[k] = clone(v)
			}
		}
	}
	return refused
}

func clone(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := map[string]any{}
	mergeMaps(out, m)
	return out
}

// canon writes a value so that equal ones have equal texts, NaN included, and
// numbers of all kinds are alike.
func canon(v any) string {
	switch v := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, strconv.Quote(k)+":"+canon(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case nil:
		return "null"
	case string:
		return strconv.Quote(v)
	case bool:
		return strconv.FormatBool(v)
	}
	if f, ok := number(v); ok {
		return strconv.FormatFloat(f+0, 'g', -1, 64) // no negative zero
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = canon(r.Index(i).Interface())
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprintf("%T(%v)", v, v)
}
