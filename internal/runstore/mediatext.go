package runstore

import "github.com/wandgo/wandgo/internal/media"

// describeMedia returns a value in which each object of media is one text, such as
// "image 256×256" or "table 10 rows × 4". Its fields are for programs.
func describeMedia(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if text := media.Text(v); text != "" {
			return text
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
