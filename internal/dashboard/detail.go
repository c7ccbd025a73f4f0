package dashboard

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runstore"
)

// detail is all about a run except its points.
type detail struct {
	row
	Trouble []trouble       `json:"trouble"` // instead of that of row
	Program string          `json:"program"`
	Command string          `json:"command"`
	Dir     string          `json:"dir"`
	Client  string          `json:"client"`
	Config  any             `json:"config"`
	Summary any             `json:"summary"`
	Charts  any             `json:"charts"`
	Classes any             `json:"classes"`
	Next    *neighbor       `json:"neighbor"`
	Metrics []metricDetail  `json:"metrics"`
	System  []metricDetail  `json:"system"`
	Axes    []string        `json:"axes"`
	Lives   []runstore.Life `json:"lives"` // empty if one process logged the run
	Machine machine         `json:"environment"`
	Console struct {
		Lines int `json:"lines"`
	} `json:"console"`
	Files       int            `json:"files"`
	Damage      []runstore.Gap `json:"damage"`
	DamageTotal int64          `json:"damageTotal"`
}

// metricDetail describes a metric.
type metricDetail struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"` // number, text or media
	Rows      int    `json:"rows"`
	Min       number `json:"min"`
	Max       number `json:"max"`
	Last      number `json:"last"`
	NonFinite int    `json:"nonfinite"`
	Type      string `json:"type,omitempty"`
	Step      string `json:"step"`
	Goal      string `json:"goal"`
	Hidden    bool   `json:"hidden"`
}

// machine is where a run ran. What is not known is left out.
type machine struct {
	OS       string   `json:"os,omitempty"`
	Host     string   `json:"host,omitempty"`
	CPU      string   `json:"cpu,omitempty"`
	CPUCount uint32   `json:"cpuCount,omitempty"`
	Memory   uint64   `json:"memory,omitempty"`
	GPU      string   `json:"gpu,omitempty"`
	Go       string   `json:"goVersion,omitempty"`
	Python   string   `json:"python,omitempty"`
	Git      *gitFact `json:"git,omitempty"`
	Args     []string `json:"args"`
	Started  float64  `json:"started,omitempty"`
}

type gitFact struct {
	Remote string `json:"remote,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// neighbor is the run before one in its project, with the config that differs.
type neighbor struct {
	Key     string                `json:"key"`
	Name    string                `json:"name"`
	ID      string                `json:"id"`
	Entity  string                `json:"entity"`
	Project string                `json:"project"`
	Differs map[string]difference `json:"differs"`
}

type difference struct {
	Here  any `json:"here"`
	There any `json:"there"`
}

func (b *Board) detail(r *http.Request, run *runstore.Run) (any, error) {
	return b.describe(r.Context(), run), nil
}

func (b *Board) describe(ctx context.Context, run *runstore.Run) *detail {
	i := run.Info()
	gaps := gapsOf(ctx, run, i)
	d := &detail{
		row: newRow(i), Trouble: troublesOf(i, gaps), Dir: i.Dir, Client: "wandb " + i.Writer,
		Config: shown(i.Config), Summary: shown(i.Summary), Charts: shown(i.Charts), Classes: shown(i.Classes), Next: b.neighborOf(i),
		Metrics: metricsOf(i.Metrics), System: metricsOf(i.System), Axes: i.Axes, Lives: append([]runstore.Life{}, i.Lives...),
		Damage: damageOf(gaps), DamageTotal: i.DamageTotal,
	}
	d.Machine.Args = []string{}
	if i.Ours {
		d.Client = cmp.Or(i.Writer, "wandgo")
	}
	if e := i.Environment; e != nil {
		d.Machine = machineOf(e)
		d.Program = e.Program
		d.Command = strings.TrimSpace(cmp.Or(e.Executable, e.Program) + " " + strings.Join(e.Args, " "))
	}
	d.Console.Lines = i.ConsoleLines
	if files, _, err := run.Files(); err == nil { // the list of files says what is wrong
		d.Files = len(files)
	}
	return d
}

// maxDamage bounds the damaged parts in an answer.
const maxDamage = 100

// damageOf lists what of a log cannot be read, with the steps around it.
func damageOf(gaps []runstore.Gap) []runstore.Gap {
	damage := slices.DeleteFunc(append([]runstore.Gap{}, gaps...), func(g runstore.Gap) bool { return g.Length == 0 })
	return damage[:min(len(damage), maxDamage)]
}

// gapsOf returns the gaps of a run's log.
func gapsOf(ctx context.Context, run *runstore.Run, i *runstore.Info) []runstore.Gap {
	gaps, err := run.Gaps(ctx)
	if err != nil { // the log was deleted or replaced meanwhile
		for _, s := range i.Damage {
			gaps = append(gaps, runstore.Gap{Skipped: s, Before: -1, After: -1})
		}
	}
	return gaps
}

func metricsOf(metrics []runstore.Metric) []metricDetail {
	out := []metricDetail{}
	for _, m := range metrics {
		d := metricDetail{
			Name: m.Name, Kind: "number", Rows: m.Numbers, Min: number(m.Min), Max: number(m.Max), Last: number(m.Last),
			NonFinite: m.NonFinite, Type: m.Type, Step: m.Step, Goal: m.Goal, Hidden: m.Hidden,
		}
		if m.Others > m.Numbers {
			d.Kind, d.Rows = "text", m.Others
			if m.Type != "" {
				d.Kind = "media"
			}
		}
		out = append(out, d)
	}
	return out
}

func machineOf(e *record.Environment) machine {
	m := machine{
		OS: e.OS, Host: e.Host, CPU: e.CPU.Model, CPUCount: cmp.Or(e.LogicalCPUs, e.CPUCount), Memory: e.Memory.Total, GPU: e.GPU,
		Go: e.Go, Python: e.Python, Args: append([]string{}, e.Args...), Started: runstore.Seconds(e.StartedAt.Time),
	}
	if e.Git != nil {
		m.Git = &gitFact{e.Git.RemoteURL, e.Git.Commit}
	}
	return m
}

// neighborOf finds the run that was started before one in its project, and compares their
// configs.
func (b *Board) neighborOf(i *runstore.Info) *neighbor {
	var before *runstore.Info
	for _, run := range b.store.Runs() {
		o := run.Info()
		if o.Key != i.Key && o.Entity == i.Entity && o.Project == i.Project && o.Started.Before(i.Started) &&
			(before == nil || o.Started.After(before.Started)) {
			before = o
		}
	}
	if before == nil {
		return nil
	}
	n := &neighbor{before.Key, cmp.Or(before.Name, before.ID), before.ID, before.Entity, before.Project, map[string]difference{}}
	for name, v := range i.Values {
		if key, ok := strings.CutPrefix(name, "config."); ok && before.Values[name] != v {
			n.Differs[key] = difference{shown(v), shown(before.Values[name])}
		}
	}
	for name, v := range before.Values {
		if key, ok := strings.CutPrefix(name, "config."); ok && i.Values[name] == nil {
			n.Differs[key] = difference{nil, shown(v)}
		}
	}
	return n
}
