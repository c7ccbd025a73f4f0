package manifest

import "github.com/wandgo/wandgo/internal/record"

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
