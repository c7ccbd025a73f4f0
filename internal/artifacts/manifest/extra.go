package manifest

import (
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
)

// Extra returns the text that an entry has under a key of its extra members, such as
// "etag". It reports false if there is no such key, or its value is not a text.
func Extra(e *record.ArtifactEntry, key string) (string, bool) { return text(e.Extra, key) }

func text(items []record.ArtifactItem, key string) (string, bool) {
	for _, it := range items {
		if it.Key != key {
			continue
		}
		b, n, ok := jsonx.Unquote(nil, []byte(it.JSON))
		if !ok || strings.TrimSpace(it.JSON[n:]) != "" {
			return "", false
		}
		return string(b), true
	}
	return "", false
}

// Text returns a member whose value is a text.
func Text(key, value string) record.ArtifactItem {
	return record.ArtifactItem{Key: key, JSON: string(jsonx.AppendString(nil, value))}
}
