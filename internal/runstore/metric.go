package runstore

import (
	"cmp"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
)

// Metric describes the values of one metric.
type Metric struct {
	Name string
	// Type is the _type of media. Numbers is how many rows have a number, Others how many
	// have something else.
	Type            string
	Numbers, Others int
	// NonFinite are those numbers that are NaN or infinite. Min and Max are of the others,
	// NaN if there are none.
	NonFinite      int
	Min, Max, Last float64
	// Step is the step metric, or "" if there is none. Goal is "min", "max" or "".
	Step, Goal string
	Hidden     bool
}

// describeColumns describes the columns of all parts.
func describeColumns(lives []life, t Table) []Metric {
	at := make(map[string]int)
	var out []Metric
	var stats []stat
	for k := range lives {
		for _, p := range lives[k].parts {
			tab := p.tables()[t]
			for m := range tab.columns {
				c := &tab.columns[m]
				i, ok := at[c.name]
				if !ok {
					i = len(out)
					at[c.name] = i
					out, stats = append(out, Metric{Name: c.name}), append(stats, noStat())
				}
				if t == History {
					stats[i].join(c.stat.shifted(lives[k].shift(c.name)))
				} else {
					stats[i].join(c.stat)
				}
				out[i].Others += len(c.at)
				out[i].Type = cmp.Or(c.typ, out[i].Type)
			}
		}
	}
	for i, s := range stats {
		m := &out[i]
		m.Numbers, m.NonFinite, m.Min, m.Max, m.Last = s.rows, s.nonfinite, s.min, s.max, s.last
	}
	out = slices.DeleteFunc(out, func(m Metric) bool { // the members of media that the log has one by one
		for name := m.Name; ; {
			cut := strings.LastIndexByte(name, '.')
			if cut < 0 {
				return m.Numbers == 0 && m.Others == 0
			}
			name = name[:cut]
			if k, ok := at[name]; ok && out[k].Type != "" {
				return true
			}
		}
	})
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// define adds what the definitions of metrics say.
func (i *Info) define(defs []record.Metric) {
	axes := map[string]bool{}
	for k := range i.Metrics {
		m := &i.Metrics[k]
		for _, d := range defs {
			if d.Name != m.Name && (d.Glob == "" || !globMatches(d.Glob, m.Name)) {
				continue
			}
			m.Step, m.Hidden = cmp.Or(m.Step, d.StepMetric), m.Hidden || d.Hidden
			switch d.Goal {
			case record.GoalMinimize:
				m.Goal = "min"
			case record.GoalMaximize:
				m.Goal = "max"
			}
		}
		if m.Step != "" && m.Step != m.Name && m.Step != KeyStep {
			axes[m.Step] = true
		}
	}
	i.Axes = []string{}
	for _, m := range i.Metrics {
		if m.Name == KeyStep || m.Name == KeyRuntime || m.Name == KeyTimestamp || axes[m.Name] {
			i.Axes = append(i.Axes, m.Name)
		}
	}
}

func globMatches(glob, name string) bool {
	if rest, ok := strings.CutSuffix(glob, "*"); ok {
		return strings.HasPrefix(name, rest)
	}
	ok, err := path.Match(glob, name)
	return err == nil && ok
}
