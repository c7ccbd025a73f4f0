package runstore

import (
	"fmt"
	"strings"
)

// mediaNames are the types of media by the words that a person uses.
var mediaNames = map[string]string{
	"images/separated": "image", "video": "video", "videos": "video", "object3D": "3D object", "bokeh": "Bokeh figure",
	"plotly": "Plotly figure", "html": "HTML page", "graph": "graph", "joined-table": "joined table",
	"partitioned-table": "partitioned table", "artifactVersion": "artifact", "wb_trace_tree": "trace",
}

// describeMedia returns a value in which each object of media is one text, such as
// "image 256×256" or "table 10 rows × 4". Its fields are for programs.
func describeMedia(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if typ, ok := v["_type"].(string); ok && typ != "" {
			return mediaText(typ, v)
		}
		for k, member := range v {
			v[k] = describeMedia(member)
		}
	case []any:
		for i, member := range v {
			v[i] = describeMedia(member)
		}
	}
	return v
}

func mediaText(typ string, v map[string]any) string {
	name := strings.TrimSuffix(typ, "-file")
	if known, ok := mediaNames[name]; ok {
		name = known
	}
	whole := func(key string) int64 {
		n, _ := v[key].(int64)
		return n
	}
	if n := whole("count"); n > 1 {
		name = fmt.Sprintf("%d × %s", n, name)
	}
	switch {
	case whole("width") > 0 && whole("height") > 0:
		return fmt.Sprintf("%s %d×%d", name, whole("width"), whole("height"))
	case v["nrows"] != nil && v["ncols"] != nil:
		rows := "rows"
		if whole("nrows") == 1 {
			rows = "row"
		}
		return fmt.Sprintf("%s %d %s × %d", name, whole("nrows"), rows, whole("ncols"))
	case typ == "histogram":
		if counts, ok := v["values"].([]any); ok {
			return fmt.Sprintf("%s %d bins", name, len(counts))
		}
	}
	return name
}
