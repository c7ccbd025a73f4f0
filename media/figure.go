package media

import (
	"bytes"
	"encoding/json"

	"github.com/wandgo/wandgo/internal/media"
)

// PlotlyValue is an interactive figure for a row. [Plotly] makes it.
type PlotlyValue struct{ holder }

// Plotly is a figure of Plotly, as the JSON object with data and layout that its libraries
// write. It is copied before Plotly returns.
func Plotly(figure []byte) *PlotlyValue {
	var object struct {
		Data []json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(figure, &object); err != nil {
		return &PlotlyValue{media.Hold(nil, invalid("figure", "must be a JSON object: %v", err))}
	}
	if object.Data == nil {
		return &PlotlyValue{media.Hold(nil, invalid("figure", `must have a list "data"`))}
	}
	return &PlotlyValue{media.Hold(&single{of: &plotlyType, ext: ".plotly.json", file: media.FileOf(bytes.Clone(figure))}, nil)}
}

var plotlyType = singleType{
	name: "plotly-file", kind: "plotly", list: "plotly",
	members: func(_ []*single, items []singleJSON) map[string]any { return map[string]any{"plotly": items} },
}

// BokehValue is an interactive figure for a row. [Bokeh] makes it.
type BokehValue struct{ holder }

// Bokeh is a document of Bokeh, as the JSON object that its Document.to_json writes. It is
// copied before Bokeh returns. A list of documents is stored as several values.
func Bokeh(document []byte) *BokehValue {
	var object struct {
		Roots json.RawMessage `json:"roots"`
	}
	if err := json.Unmarshal(document, &object); err != nil {
		return &BokehValue{media.Hold(nil, invalid("document", "must be a JSON object: %v", err))}
	}
	if object.Roots == nil {
		return &BokehValue{media.Hold(nil, invalid("document", `must have "roots"`))}
	}
	return &BokehValue{media.Hold(&single{of: &bokehType, ext: ".bokeh.json", file: media.FileOf(bytes.Clone(document))}, nil)}
}

var bokehType = singleType{name: "bokeh-file", kind: "bokeh", list: "bokeh"}
