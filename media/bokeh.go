package media

import (
	"bytes"
	"encoding/json"

	"github.com/wandgo/wandgo/internal/media"
)

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
