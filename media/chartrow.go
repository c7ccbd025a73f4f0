package media

import (
	"maps"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/media"
)

// Expand implements [media.Charter]. As with the official client a table has a key of the
// row itself, also if its chart is in an object. A chart that cannot be made stays, and is
// an error when it is prepared.
func (*chart) Expand(row map[string]any, found []*media.Holder) (map[string]any, []media.Entry, []*media.Holder) {
	r := chartRow{tables: make(map[string]any), found: slices.Clone(found)}
	out := r.replace(row, nil)
	maps.Copy(out, r.tables)
	return out, r.config, r.found
}

type chartRow struct {
	config []media.Entry
	tables map[string]any
	found  []*media.Holder
}

// maxChartDepth is how deeply charts may be nested. A row that contains itself is refused
// elsewhere.
const maxChartDepth = 100

// replace returns a copy of the object at a path, without charts.
func (r *chartRow) replace(object map[string]any, path []string) map[string]any {
	out := make(map[string]any, len(object))
	for key, v := range object {
		below := slices.Concat(path, []string{key})
		switch value := v.(type) {
		case map[string]any:
			if len(below) < maxChartDepth {
				v = r.replace(value, below)
			}
		case media.Holding:
			if r.take(value, strings.Join(below, ".")) {
				continue
			}
		}
		out[key] = v
	}
	return out
}

// take adds the table of a chart, and reports whether v is one.
func (r *chartRow) take(v media.Holding, key string) bool {
	h := media.Of(v)
	if h == nil {
		return false
	}
	held, err := media.Held(h)
	c, ok := held.(*chart)
	if err != nil || !ok {
		return false
	}
	config, tableKey, err := c.config(key)
	if err != nil {
		return false
	}
	r.config = append(r.config, media.Entry{Section: "visualize", Key: key, JSON: config})
	r.found = append(r.found, media.Of(c.table))
	r.tables[tableKey] = c.table
	return true
}
