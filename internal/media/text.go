package media

import (
	"fmt"
	"strings"
)

// names are the types of media by the words that a person uses.
var names = map[string]string{
	"images/separated": "image", "video": "video", "videos": "video", "object3D": "3D object", "bokeh": "Bokeh figure",
	"plotly": "Plotly figure", "html": "HTML page", "graph": "graph", "joined-table": "joined table",
	"partitioned-table": "partitioned table", "artifactVersion": "artifact", "wb_trace_tree": "trace",
	"incremental-table": "table",
}

// Text is what a person reads of a value as the history has it, such as "image 256×256" or
// "table 10 rows × 4". It returns "" for an object that is not media. The type is foreign
// text.
func Text(v map[string]any) string {
	typ, _ := v["_type"].(string)
	name := strings.TrimSuffix(typ, "-file")
	if known, ok := names[name]; ok {
		name = known
	}
	whole := func(key string) int64 {
		switch n := v[key].(type) {
		case int64:
			return n
		case float64:
			return int64(n)
		}
		return 0
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
