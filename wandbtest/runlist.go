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
	matches, err := parseFilter(args.text("filters"))
	if err != nil {
		return nil, err
	}
	docs := make([]*runDocument, 0, len(p.runs))
	for _, r := range p.runs {
		if d := (&runDocument{run: r, now: x.server.cfg.clock()}); !r.deleted.Load() && matches(d) {
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

// value returns a field of the run, or nil.
func (d *runDocument) value(field string) any {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch strings.ReplaceAll(strings.ToLower(field), "_", "") {
	case "name":
		return d.key.ID
	case "displayname":
		return orNil(d.displayName)
	case "state":
		return d.state(d.now)
	case "createdat":
		return d.created.UTC().Format(timeLayout)
	case "heartbeatat", "updatedat":
		return d.heartbeat.UTC().Format(timeLayout)
	case "duration":
		return math.Floor(d.heartbeat.Sub(d.created).Seconds())
	case "group":
		return orNil(d.group)
	case "jobtype":
		return orNil(d.jobType)
	case "host":
		return orNil(d.host)
	case "commit":
		return orNil(d.commit)
	case "notes":
		return orNil(d.notes)
	case "description":
		return orNil(d.description)
	case "sweep":
		return orNil(d.sweep)
	case "username", "user":
		return orNil(d.owner)
	case "tags":
		return d.tags
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
