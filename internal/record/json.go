package record

import (
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// object appends the members of a JSON object.
type object struct {
	dst   []byte
	begun bool
}

func newObject(dst []byte) object { return object{dst: append(dst, '{')} }

func (o *object) key(k string) {
	if o.begun {
		o.dst = append(o.dst, ',')
	}
	o.begun = true
	o.dst = jsonx.AppendQuoted(o.dst, []byte(k))
	o.dst = append(o.dst, ':')
}

// text leaves an empty text out, as number does a zero.
func (o *object) text(k, v string) {
	if v != "" {
		o.key(k)
		o.dst = jsonx.AppendQuoted(o.dst, []byte(v))
	}
}

func (o *object) number(k string, v int64) {
	if v != 0 {
		o.key(k)
		o.dst = strconv.AppendInt(o.dst, v, 10)
	}
}

func (o *object) list(k string, v []int32) {
	o.key(k)
	o.dst = append(o.dst, '[')
	for i, n := range v {
		if i > 0 {
			o.dst = append(o.dst, ',')
		}
		o.dst = strconv.AppendInt(o.dst, int64(n), 10)
	}
	o.dst = append(o.dst, ']')
}

// flags leaves a message out that is absent, but not one with nothing set.
func (o *object) flags(k string, v []int32) {
	if v != nil {
		o.list(k, v)
	}
}

func (o *object) nested(k string, fill func(*object)) {
	o.key(k)
	in := newObject(o.dst)
	fill(&in)
	o.dst = in.close()
}

func (o *object) close() []byte { return append(o.dst, '}') }

// AppendJSON appends the telemetry as it stands in a run's config, as _wandb.t:
// fields by their number.
func (t *Telemetry) AppendJSON(dst []byte) []byte {
	o := newObject(dst)
	o.flags("1", t.ImportsInit)
	o.flags("2", t.ImportsFinish)
	o.flags("3", t.Feature)
	o.text("4", t.PythonVersion)
	o.text("5", t.CLIVersion)
	o.text("6", t.HuggingfaceVersion)
	o.flags("8", t.Env)
	if l := t.Label; l != nil {
		o.nested("9", func(o *object) {
			o.text("1", l.Code)
			o.text("2", l.Repo)
			o.text("3", l.Version)
		})
	}
	o.flags("10", t.Deprecated)
	o.text("12", t.CoreVersion)
	o.text("13", t.Platform)
	return o.close()
}

// AppendMetricsJSON appends metric definitions as they stand in a run's config,
// as _wandb.m. A server that expands globs itself is given those, with globs
// true; another is given the metrics that were made from them.
func AppendMetricsJSON(dst []byte, metrics []Metric, globs bool) []byte {
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
	place := make(map[string]int64, len(list))
	for i, m := range list {
		if m.Name != "" {
			place[m.Name] = int64(i) + 1
		}
	}
	for _, m := range list {
		if step := m.StepMetric; step != "" && place[step] == 0 {
			list = append(list, Metric{Name: step})
			place[step] = int64(len(list))
		}
	}
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = list[i].appendJSON(dst, place[list[i].StepMetric])
	}
	return append(dst, ']')
}

func (m *Metric) appendJSON(dst []byte, step int64) []byte {
	o := newObject(dst)
	o.text("1", m.Name)
	o.text("2", m.Glob)
	o.number("5", step)
	options := m.options()
	if m.Glob != "" {
		options &^= 1 << 3 // a glob defines no metric itself
	}
	o.list("6", numbersOf(options))
	o.list("7", numbersOf(uint16(m.Summary&^(SummaryBest|SummaryCopy)))) // servers get neither
	o.number("8", int64(m.Goal))
	return o.close()
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

func numbersOf(set uint16) []int32 {
	var out []int32
	for n := range int32(16) {
		if set&(1<<n) != 0 {
			out = append(out, n)
		}
	}
	return out
}
