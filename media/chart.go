package media

import (
	"cmp"
	"maps"
	"slices"

	"github.com/wandgo/wandgo/internal/media"
)

// Chart is a chart for a row. It is logged as its table, under the key of the chart with
// _table at the end, and a description in the config. A chart is the value of a key of the
// row or of a nested map; it cannot be in a list or a table. [Line], [Scatter] and the other
// functions of this package make it. Log it again to show new data.
type Chart struct {
	holder
	data *chart
}

// ChartOptions are what a chart has beside its data. The zero value is fine.
type ChartOptions struct {
	// Title is shown above the chart.
	Title string
	// SplitTable puts the table into a section "Custom Chart Tables" of the web page.
	SplitTable bool
}

// chart is what a Chart has.
type chart struct {
	preset  string
	table   *Table
	fields  map[string]any
	strings map[string]string
	split   bool
	err     error
}

// Vega is a chart of a preset of W&B or of your own, such as acme/losses. fields say which
// column of the table is which field of the preset, and texts are its texts.
func Vega(preset string, table *Table, fields, texts map[string]string, options ...ChartOptions) *Chart {
	c := &chart{preset: preset, table: table, fields: make(map[string]any, len(fields)), strings: maps.Clone(texts)}
	for name, column := range fields {
		c.fields[name] = column
	}
	return c.value(first(options), "")
}

// value is the chart as a value of a row.
func (c *chart) value(o ChartOptions, title string) *Chart {
	c.split = o.SplitTable
	if c.strings == nil {
		c.strings = make(map[string]string)
	}
	c.strings["title"] = cmp.Or(o.Title, c.strings["title"], title)
	return &Chart{holder: media.Hold(c, nil), data: c}
}

// ofColumns is a chart of a preset with a field for each of the given columns of a table.
func ofColumns(preset string, table *Table, options []ChartOptions, fields map[string]any) *Chart {
	c := &chart{preset: preset, table: table, fields: fields}
	if table != nil && table.data != nil {
		for _, column := range fields {
			if name, ok := column.(string); ok && !slices.Contains(table.data.columns, name) {
				c.err = invalid("chart", "its table has no column %q", name)
			}
		}
	}
	return c.value(first(options), "")
}

// Line is a line through the points of two columns of a table, in the order of rows.
func Line(table *Table, x, y string, options ...ChartOptions) *Chart {
	return ofColumns("wandb/line/v0", table, options, map[string]any{"x": x, "y": y, "stroke": nil})
}

// Lines is [Line] with one line for each value of the column stroke.
func Lines(table *Table, x, y, stroke string, options ...ChartOptions) *Chart {
	return ofColumns("wandb/line/v0", table, options, map[string]any{"x": x, "y": y, "stroke": stroke})
}

// Scatter has a point for each row of a table.
func Scatter(table *Table, x, y string, options ...ChartOptions) *Chart {
	return ofColumns("wandb/scatter/v0", table, options, map[string]any{"x": x, "y": y})
}

// Bar has a bar for each row of a table.
func Bar(table *Table, label, value string, options ...ChartOptions) *Chart {
	return ofColumns("wandb/bar/v0", table, options, map[string]any{"label": label, "value": value})
}

// HistogramChart counts the values of a column of a table, in the web page.
func HistogramChart(table *Table, value string, options ...ChartOptions) *Chart {
	return ofColumns("wandb/histogram/v0", table, options, map[string]any{"value": value})
}

// Table returns the table of the chart, or nil if it has none. It can be logged, too.
func (c *Chart) Table() *Table {
	if c.data == nil {
		return nil
	}
	return c.data.table
}

// Prepare implements [media.Value]. A chart is prepared only where it cannot be, or if it
// cannot be made.
func (c *chart) Prepare(*media.Stage) (media.Prepared, error) {
	if _, _, err := c.config(""); err != nil {
		return nil, err
	}
	return nil, invalid("chart", "must be the value of a key of the row or of a map in it")
}

type field struct {
	Name   string     `json:"name"`
	Args   []argument `json:"args,omitempty"`
	Fields []field    `json:"fields"`
}

type argument struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// config is the entry of the chart in the config. key is that of the chart; nested parts
// are joined with a dot.
func (c *chart) config(key string) (text []byte, tableKey string, err error) {
	switch {
	case c.err != nil:
		return nil, "", c.err
	case c.table == nil || c.table.data == nil:
		return nil, "", invalid("chart", "has no table")
	}
	tableKey = key + "_table"
	if c.split {
		tableKey = "Custom Chart Tables/" + tableKey
	}
	query := field{Name: "runSets", Args: []argument{{"runSets", "${runSets}"}}, Fields: []field{
		{Name: "id", Fields: []field{}},
		{Name: "name", Fields: []field{}},
		{Name: "_defaultColorIndex", Fields: []field{}},
		{Name: "summaryTable", Args: []argument{{"tableKey", tableKey}}, Fields: []field{}},
	}}
	text, err = appendJSON(nil, map[string]any{
		"panel_type": "Vega2",
		"panel_config": map[string]any{
			"panelDefId": c.preset, "fieldSettings": c.fields, "stringSettings": c.strings,
			"transform": map[string]string{"name": "tableWithLeafColNames"},
			"userQuery": map[string]any{"queryFields": []field{query}},
		},
	})
	return text, tableKey, err
}
