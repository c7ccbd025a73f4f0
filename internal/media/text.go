package media

import (
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
