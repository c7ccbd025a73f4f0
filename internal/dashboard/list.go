package dashboard

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/runstore"
)

// Limits of a list.
const (
	defaultLimit = 200
	maxLimit     = 2000
)

// row is a run in the list.
type row struct {
	Key      string         `json:"key"`
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Entity   string         `json:"entity"`
	Project  string         `json:"project"`
	Group    string         `json:"group"`
	JobType  string         `json:"jobType"`
	Sweep    string         `json:"sweep"`
	Tags     []string       `json:"tags"`
	Notes    string         `json:"notes"`
	State    runstore.State `json:"state"`
	Started  float64        `json:"started"`
	Duration float64        `json:"duration"`
	Rows     int            `json:"rows"`
	Step     int64          `json:"step"`
	Exit     *int32         `json:"exit"`
	// Read is how much of the log was read, from 0 to 1.
	Read    float64 `json:"read"`
	Offline bool    `json:"offline"`
	// Unsent is how many rows no server has, null if that is not known.
	Unsent  *int           `json:"unsent"`
	Trouble string         `json:"trouble"`
	Host    string         `json:"host"`
	Size    int64          `json:"size"`
	Path    string         `json:"path"`
	Values  map[string]any `json:"values,omitempty"`
}

func newRow(i *runstore.Info) row {
	r := row{
		Key: i.Key, ID: i.ID, Name: i.Name, Entity: i.Entity, Project: i.Project, Group: i.Group, JobType: i.JobType,
		Sweep: i.Sweep, Tags: append([]string{}, i.Tags...), Notes: i.Notes, State: i.State,
		Started: runstore.Seconds(i.Started), Duration: i.Duration.Seconds(), Rows: i.Rows, Step: i.Step, Exit: i.Exit, Read: 1,
		Offline: i.Offline, Trouble: troubleOf(i), Host: i.Host, Size: i.Size, Path: i.Dir,
	}
	if i.Read < i.Size && i.Err == nil {
		r.Read = float64(i.Read) / float64(i.Size)
	}
	if i.Unsent >= 0 {
		r.Unsent = &i.Unsent
	}
	return r
}

// listColumn is a value that runs of the list have.
type listColumn struct {
	Name    string `json:"name"`
	Count   int    `json:"count"`
	Kind    string `json:"kind"`
	Differs bool   `json:"differs"`
	first   any
}

// runList is an answer to /-/runs.
type runList struct {
	Version int64         `json:"version"`
	Total   int           `json:"total"`
	Matched int           `json:"matched"`
	Reading int           `json:"reading"` // logs that are being read
	Columns []*listColumn `json:"columns"`
	Runs    []row         `json:"runs"`
}

func (b *Board) list(r *http.Request) (any, error) {
	q := query{Values: r.URL.Query()}
	f, err := parseFilter(q.Get("filter"))
	if err != nil {
		return nil, err
	}
	offset, limit := q.whole("offset", 0, 0, math.MaxInt32), q.whole("limit", defaultLimit, 0, maxLimit)
	if q.err != nil {
		return nil, q.err
	}
	out := runList{Version: b.store.Version(), Runs: []row{}}
	var infos []*runstore.Info
	for _, run := range b.store.Runs() {
		i := run.Info()
		out.Total++
		if i.Read < i.Size && i.Err == nil {
			out.Reading++
		}
		if f.match(i) {
			infos = append(infos, i)
		}
	}
	out.Matched = len(infos)
	out.Columns = columnsOf(infos)
	sortRuns(infos, cmp.Or(q.Get("sort"), "-started"))
	offset = min(offset, len(infos))
	for _, i := range infos[offset:min(len(infos), offset+limit)] {
		row := newRow(i)
		row.Values = valuesNamed(i, q.Values["col"])
		out.Runs = append(out.Runs, row)
	}
	return out, nil
}

// valuesNamed returns those of the values with some names that a run has.
func valuesNamed(i *runstore.Info, names []string) map[string]any {
	values := map[string]any{}
	for _, name := range names {
		if v, ok := i.Values[name]; ok {
			values[name] = shown(v)
		}
	}
	return values
}

// query is a query whose first invalid value is err.
type query struct {
	url.Values
	err error
}

// whole returns a whole number.
func (q *query) whole(name string, otherwise, least, most int) int {
	text := q.Get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		q.err = cmp.Or(q.err, badRequest("%s must be a whole number from %d", name, least))
	}
	return min(n, most)
}

// maxColumns bounds how many columns are listed: those that most runs have.
const maxColumns = 2000

// columnsOf lists the values that runs have, those that most have first.
func columnsOf(infos []*runstore.Info) []*listColumn {
	at := map[string]*listColumn{}
	for _, i := range infos {
		for name, v := range i.Values {
			kind := "text"
			if _, ok := v.(float64); ok {
				kind = "number"
			}
			c := at[name]
			if c == nil {
				c = &listColumn{Name: name, Kind: kind, first: v}
				at[name] = c
			}
			c.Count++
			c.Differs = c.Differs || c.first != v && (!isNaN(c.first) || !isNaN(v))
			if c.Kind != kind {
				c.Kind = "mixed"
			}
		}
	}
	out := make([]*listColumn, 0, len(at))
	for _, c := range at {
		c.Differs = c.Differs || c.Count < len(infos)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *listColumn) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), maxColumns)]
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

// sortRuns sorts runs by a column, descending with '-' in front. Runs without a value come
// last.
func sortRuns(infos []*runstore.Info, by string) {
	name, down := strings.CutPrefix(by, "-")
	keys := make(map[*runstore.Info]any, len(infos))
	for _, i := range infos {
		keys[i] = valueOf(i, name)
	}
	slices.SortStableFunc(infos, func(a, b *runstore.Info) int {
		x, y := keys[a], keys[b]
		if last := cmp.Compare(rank(x), rank(y)); last != 0 {
			return last
		}
		order := compareValues(x, y)
		if down {
			order = -order
		}
		return cmp.Or(order, b.Started.Compare(a.Started), strings.Compare(a.Key, b.Key))
	})
}

// rank puts numbers before texts, and what is missing last.
func rank(v any) int {
	switch v := v.(type) {
	case nil:
		return 3
	case float64:
		if math.IsNaN(v) {
			return 2
		}
		return 0
	case string:
		if v == "" {
			return 2
		}
	}
	return 1
}

func compareValues(x, y any) int {
	switch x := x.(type) {
	case float64:
		if y, ok := y.(float64); ok {
			return cmp.Compare(x, y)
		}
	case string:
		if y, ok := y.(string); ok {
			return strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
	case bool:
		if y, ok := y.(bool); ok && x != y {
			if x {
				return 1
			}
			return -1
		}
	}
	return 0
}
