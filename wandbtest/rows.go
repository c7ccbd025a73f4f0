package wandbtest

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/internal/fakeserver/jsontext"
	"github.com/wandgo/wandgo/internal/fakeserver/store"
)

// stepIndex has the steps of the rows of a history, so that a page of a long history can be
// found without reading all of it.
type stepIndex struct {
	steps []float64
	// overwritten is that of the lines when they were read.
	overwritten int
	sorted      bool
}

// update reads the steps of new rows, or of all rows if earlier ones have changed.
func (s *stepIndex) update(lines *store.Lines) []string {
	all := lines.All()
	if len(all) < len(s.steps) || lines.Overwritten() != s.overwritten || len(s.steps) == 0 {
		*s = stepIndex{overwritten: lines.Overwritten(), sorted: true}
	}
	for _, line := range all[len(s.steps):] {
		step, ok := stepOf(line)
		if !ok {
			step = -1
			s.sorted = false
		}
		if n := len(s.steps); n > 0 && step < s.steps[n-1] {
			s.sorted = false
		}
		s.steps = append(s.steps, step)
	}
	return all
}

// between returns the rows with steps from low up to but not including high.
func (s *stepIndex) between(all []string, low, high float64) []string {
	if s.sorted {
		from, _ := slices.BinarySearch(s.steps, low)
		to, _ := slices.BinarySearch(s.steps, high)
		return all[from:to:to]
	}
	var out []string
	for i, step := range s.steps {
		if step >= low && step < high {
			out = append(out, all[i])
		}
	}
	return out
}

// stepOf returns the step of a row.
func stepOf(line string) (float64, bool) {
	step, err := strconv.ParseFloat(jsontext.Member(line, "_step"), 64)
	return step, err == nil
}

// rowsOf returns the history rows in a query's range of steps. Call with mu held.
func (r *run) rowsOf(p *Policy, args arguments) []string {
	all := r.index.update(&r.history)
	index := r.index
	if p.ExportedRowsHidden {
		hidden := r.exported(p)
		all, index.steps = all[hidden:], index.steps[hidden:]
	}
	low, hasLow := args.number("minStep")
	high, hasHigh := args.number("maxStep")
	if !hasLow {
		low = math.Inf(-1)
	}
	if !hasHigh {
		high = math.Inf(1)
	}
	return index.between(all, low, high)
}

// exported returns how many of the run's rows are exported. Call with mu held.
func (r *run) exported(p *Policy) int { return min(p.ExportedRows, len(r.history.All())) }

// spread returns at most n of the lines, evenly spread; all without n.
func spread(lines []string, args arguments) []string {
	n, ok := args.number("samples")
	if !ok || n < 1 || float64(len(lines)) <= n {
		return lines
	}
	out := make([]string, int(n))
	for i := range out {
		out[i] = lines[i*len(lines)/len(out)]
	}
	return out
}

// sampledHistory returns for each spec the rows that have all of its keys, reduced to them.
// Call with mu held.
func (r *run) sampledHistory(p *Policy, specs []string) ([]jsonText, error) {
	out := make([]jsonText, 0, len(specs))
	for _, text := range specs {
		spec, err := jsontext.DecodeObject(text)
		if err != nil {
			return nil, badRequest("invalid specs: %v", err)
		}
		args := arguments(spec)
		if high, ok := args.number("maxStep"); ok { // inclusive here, unlike in history
			args["maxStep"] = high + 1
		}
		keys := args.texts("keys")
		var rows []string
		for _, line := range r.rowsOf(p, args) {
			if row, ok := reduced(line, keys); ok {
				rows = append(rows, row)
			}
		}
		out = append(out, jsonText("["+strings.Join(spread(rows, args), ",")+"]"))
	}
	return out, nil
}

// reduced returns the row with only the keys, as plain JSON, and whether it has them all.
func reduced(line string, keys []string) (string, bool) {
	members := make([]jsontext.NamedText, len(keys))
	for i, key := range keys {
		value := jsontext.Member(line, key)
		switch value {
		case "":
			return "", false
		case "NaN", "Infinity", "-Infinity": // JSON has no such numbers
			value = strconv.Quote(value)
		}
		members[i] = jsontext.NamedText{Name: key, Raw: value}
	}
	return jsontext.Object(members), true
}

// historyKeys describes the metrics of a run and its last step. Call with mu held.
func (r *run) historyKeys() any {
	r.index.update(&r.history)
	if len(r.index.steps) == 0 {
		return nil
	}
	summary, _ := jsontext.DecodeObject(cmp.Or(r.summary, "{}"))
	var keys []jsontext.NamedText
	for _, name := range sortedKeys(summary) {
		keys = append(keys, jsontext.NamedText{Name: name, Raw: `{"typeCounts":[{"type":"number","count":1}],"monotonic":false}`})
	}
	return jsonText(fmt.Sprintf(`{"keys":%s,"sets":[],"lastStep":%d}`, jsontext.Object(keys), int64(slices.Max(r.index.steps))))
}

// parquetHistory says where the exported rows are, and has the live ones. Call with mu held.
func (r *run) parquetHistory(s *Server, keys []string) object {
	n := r.exported(&s.cfg.policy)
	var live []jsonText
	var urls []string
	for _, line := range r.history.All()[n:] {
		if row, ok := reduced(line, keys); ok {
			live = append(live, jsonText(row))
		}
	}
	if n > 0 {
		urls = append(urls, s.runURL(http.MethodGet, r, exportName))
	}
	return fields{"parquetUrls": urls, "liveData": live}
}

// exportName is the name of the exported rows in the object store.
const exportName = "history.parquet"
