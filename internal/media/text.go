package media

import (
	"encoding/json"
	"strconv"
	"strings"
)

// names has the words that a person uses for types of media. A map would cost every program
// more.
const names = "\nimages/separated=image\nvideos=video\nobject3D=3D object\nbokeh=Bokeh figure\nplotly=Plotly figure" +
	"\nhtml=HTML page\njoined-table=joined table\npartitioned-table=partitioned table\nincremental-table=table" +
	"\nartifactVersion=artifact\nwb_trace_tree=trace\n"

// Text is what a person reads of a value as the history has it, such as "image 256×256" or
// "table 10 rows × 4". It returns "" for an object that is not media. The type is foreign
// text.
func Text(v map[string]any) string {
	typ, _ := v["_type"].(string)
	text := strings.TrimSuffix(typ, "-file")
	if _, known, ok := strings.Cut(names, "\n"+text+"="); ok {
		text, _, _ = strings.Cut(known, "\n")
	}
	if n := whole(v["count"]); n > 1 {
		text = strconv.FormatInt(n, 10) + " × " + text
	}
	width, height, columns := whole(v["width"]), whole(v["height"]), whole(v["ncols"])
	counts, _ := v["values"].([]any)
	switch {
	case width > 0 && height > 0:
		text += " " + strconv.FormatInt(width, 10) + "×" + strconv.FormatInt(height, 10)
	case columns > 0:
		rows, unit := whole(v["nrows"]), " rows × "
		if rows == 1 {
			unit = " row × "
		}
		text += " " + strconv.FormatInt(rows, 10) + unit + strconv.FormatInt(columns, 10)
	case typ == "histogram" && counts != nil:
		text += " " + strconv.Itoa(len(counts)) + " bins"
	}
	return text
}

// whole is a number that JSON has, without its fraction; 0 for another value.
func whole(v any) int64 {
	switch n := v.(type) {
	case int64:
		return n
	case float64:
		return int64(n)
	}
	return 0
}

// presets has the words that a person uses for charts of W&B. As for types of media, a map
// would cost every program more.
const presets = "\nwandb/line/v0=line chart\nwandb/lineseries/v0=line chart\nwandb/area-under-curve/v0=curve" +
	"\nwandb/scatter/v0=scatter chart\nwandb/bar/v0=bar chart\nwandb/histogram/v0=histogram chart" +
	"\nwandb/confusion_matrix/v1=confusion matrix\n"

// ChartText returns what a person reads of a chart, such as "confusion matrix", and the key
// under which a row has its table. entry is the chart's description in the config; of
// another text tableKey is "".
func ChartText(entry []byte) (tableKey, text string) {
	var c struct {
		Panel struct {
			Preset string `json:"panelDefId"`
			Query  struct {
				Fields []struct {
					Fields []struct {
						Args []struct {
							Name  string `json:"name"`
							Value any    `json:"value"`
						} `json:"args"`
					} `json:"fields"`
				} `json:"queryFields"`
			} `json:"userQuery"`
		} `json:"panel_config"`
	}
	if json.Unmarshal(entry, &c) != nil {
		return "", ""
	}
	for _, run := range c.Panel.Query.Fields {
		for _, f := range run.Fields {
			for _, a := range f.Args {
				if a.Name == "tableKey" {
					tableKey, _ = a.Value.(string)
				}
			}
		}
	}
	text = "chart"
	if _, known, ok := strings.Cut(presets, "\n"+c.Panel.Preset+"="); ok {
		text, _, _ = strings.Cut(known, "\n")
	}
	return tableKey, text
}
