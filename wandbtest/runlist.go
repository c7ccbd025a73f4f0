package wandbtest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
)

// defaultOrder is the order of a list of runs if none is requested.
const defaultOrder = "+created_at"

// runDocument is a run as filters and orders see it. Config and summary are decoded on
// first use.
type runDocument struct {
	*run
	now             time.Time
	config, summary map[string]any
}

// listRuns returns the project's runs that match the filter, in order. Without an order
// they are in the order of their creation.
func (x *execution) listRuns(p *project, args arguments) ([]*run, error) {
	filter, err := parseFilter(args.text("filters"))
	if err != nil {
		return nil, err
	}
	var docs []*runDocument
	for _, r := range p.runs {
		d := &runDocument{run: r, now: x.server.cfg.clock()}
		if ok, _ := d.matches(filter); ok && !r.deleted.Load() {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(a, b *runDocument) int { return cmp.Compare(a.number, b.number) })
	sortRuns(docs, cmp.Or(args.text("order"), defaultOrder))
	runs := make([]*run, len(docs))
	for i, d := range docs {
		runs[i] = d.run
	}
	return runs, nil
}

// sortRuns sorts by the comma-separated fields of an order, each with + or - in front.
// Runs without the field come last.
func sortRuns(docs []*runDocument, order string) {
	for _, field := range slices.Backward(strings.Split(order, ",")) {
		descending := strings.HasPrefix(field, "-")
		field = strings.TrimLeft(strings.TrimSpace(field), "+-")
		slices.SortStableFunc(docs, func(a, b *runDocument) int {
			va, vb := a.value(field), b.value(field)
			if va == nil || vb == nil {
				return cmp.Compare(rankOf(va), rankOf(vb))
			}
			c, _ := compareValues(va, vb)
			if descending {
				c = -c
			}
			return c
		})
	}
}

// rankOf sorts what is missing behind the rest.
func rankOf(v any) int {
	if v == nil {
		return 1
	}
	return 0
}

const timeLayout = "2006-01-02T15:04:05"

// runFields are the fields of filters and orders, in lower case and without underscores.
var runFields = map[string]func(d *runDocument) any{
	"name":        func(d *runDocument) any { return d.key.ID },
	"displayname": func(d *runDocument) any { return orNil(d.displayName) },
	"state":       func(d *runDocument) any { return d.state(d.now) },
	"createdat":   func(d *runDocument) any { return d.created.UTC().Format(timeLayout) },
	"heartbeatat": func(d *runDocument) any { return d.heartbeat.UTC().Format(timeLayout) },
	"updatedat":   func(d *runDocument) any { return d.heartbeat.UTC().Format(timeLayout) },
	"duration":    func(d *runDocument) any { return math.Floor(d.heartbeat.Sub(d.created).Seconds()) },
	"group":       func(d *runDocument) any { return orNil(d.group) },
	"jobtype":     func(d *runDocument) any { return orNil(d.jobType) },
	"host":        func(d *runDocument) any { return orNil(d.host) },
	"commit":      func(d *runDocument) any { return orNil(d.commit) },
	"notes":       func(d *runDocument) any { return orNil(d.notes) },
	"description": func(d *runDocument) any { return orNil(d.description) },
	"sweep":       func(d *runDocument) any { return orNil(d.sweep) },
	"username":    func(d *runDocument) any { return orNil(d.owner) },
	"user":        func(d *runDocument) any { return orNil(d.owner) },
	"tags":        func(d *runDocument) any { return d.tags },
}

// value returns a field of the run, or nil.
func (d *runDocument) value(field string) any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if read := runFields[strings.ReplaceAll(strings.ToLower(field), "_", "")]; read != nil {
		return read(d)
	}
	switch kind, path, _ := strings.Cut(field, "."); kind {
	case "config":
		if d.config == nil {
			d.config = configValues(cmp.Or(d.run.config, "{}"))
		}
		for _, spelling := range []string{path, strings.TrimSuffix(path, ".value"), strings.Replace(path, ".value.", ".", 1)} {
			if v := member(d.config, spelling); v != nil {
				return v
			}
		}
		return nil
	case "summary_metrics", "summary":
		if d.summary == nil {
			d.summary, _ = jsontext.DecodeObject(cmp.Or(d.run.summary, "{}"))
		}
		return member(d.summary, path)
	}
	return nil
}

// member returns the value at a path of keys with dots between them. A key may have dots
// itself.
func member(object map[string]any, path string) any {
	if v, ok := object[path]; ok {
		return v
	}
	for i, c := range path {
		if c != '.' {
			continue
		}
		if inner, ok := object[path[:i]].(map[string]any); ok {
			if v := member(inner, path[i+1:]); v != nil {
				return v
			}
		}
	}
	return nil
}
