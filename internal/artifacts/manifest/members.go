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

const storagePolicy = "wandb-storage-policy-v1"

// New returns a manifest with the layout that servers use today. The region is a place for
// the files that the server offers, or empty.
func New(region string, entries []record.ArtifactEntry) *record.ArtifactManifest {
	m := &record.ArtifactManifest{
		Version: 1, StoragePolicy: storagePolicy,
		Config: []record.ArtifactItem{Text("storageLayout", "V2")}, Entries: entries,
	}
	if region != "" {
		m.Config = append(m.Config, Text("storageRegion", region))
	}
	return m
}

// Layout returns the layout of the files on the server: "V1" or "V2".
func Layout(m *record.ArtifactManifest) string {
	if layout, ok := text(m.Config, "storageLayout"); ok {
		return layout
	}
	return "V1" // manifests from before there was a choice
}

// Region returns where the files are, or "".
func Region(m *record.ArtifactManifest) string {
	region, _ := text(m.Config, "storageRegion")
	return region
}
