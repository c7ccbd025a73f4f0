package media

import (
	"encoding/json"
	"strings"
)

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
