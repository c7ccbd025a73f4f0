package record

import (
	"bytes"
	"encoding/json"
)

// encode returns the JSON of a value that has one. Names keep their characters.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// JSON returns the telemetry as it stands in a run's config, as _wandb.t.
func (t *Telemetry) JSON() []byte { return encode(t) }

// MetricEntry is a metric definition as it stands in a run's config, with fields by their
// number.
type MetricEntry struct {
	Name    string `json:"1,omitempty"`
	Glob    string `json:"2,omitempty"`
	Step    int    `json:"5,omitempty"` // the place of the step metric in the list, from 1 on
	Options []int  `json:"6"`
	Summary []int  `json:"7"`
	Goal    int    `json:"8,omitempty"`
}

// MetricsJSON returns metric definitions as they stand in a run's config, as _wandb.m: a list
// of [MetricEntry]. A server that expands globs itself is given those, with globs
// true; another is given the metrics that were made from them.
func MetricsJSON(metrics []Metric, globs bool) []byte {
	var list []Metric
	for _, m := range metrics {
		made := m.Glob != "" // it is for the other kind of server
		if globs {
			made = m.Expanded
		}
		if !made {
			list = append(list, m)
		}
	}
	// A step metric is named by its place in the list, so it must have one.
	place := make(map[string]int, len(list))
	for i, m := range list {
		if m.Name != "" {
			place[m.Name] = i + 1
		}
	}
	for _, m := range list {
		if step := m.StepMetric; step != "" && place[step] == 0 {
			list = append(list, Metric{Name: step})
			place[step] = len(list)
		}
	}
	entries := make([]MetricEntry, len(list))
	for i := range list {
		entries[i] = list[i].entry(place[list[i].StepMetric])
	}
	return encode(entries)
}

func (m *Metric) entry(step int) MetricEntry {
	options := m.options()
	if m.Glob != "" {
		options &^= 1 << 3 // a glob defines no metric itself
	}
	return MetricEntry{
		Name: m.Name, Glob: m.Glob, Step: step, Options: numbersOf(options),
		Summary: numbersOf(uint16(m.Summary &^ (SummaryBest | SummaryCopy))), // servers get neither
		Goal:    int(m.Goal),
	}
}

// options is the set of fields of the options message, as bits.
func (m *Metric) options() uint16 {
	var set uint16
	for i, on := range []bool{m.StepSync, m.Hidden, m.Defined} {
		if on {
			set |= 1 << (i + 1)
		}
	}
	return set
}

func numbersOf(set uint16) []int {
	out := []int{}
	for n := range 16 {
		if set&(1<<n) != 0 {
			out = append(out, n)
		}
	}
	return out
}
