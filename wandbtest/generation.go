package wandbtest

import "fmt"

// Generation is the version of the server to imitate.
type Generation int

// The generations, named by the time of their schema. The zero value is the newest.
const (
	Gen2026 Generation = iota
	Gen2024Oct
	Gen2024Jan
)

// String returns the generation's name as @since in the schema spells it.
func (g Generation) String() string {
	switch g {
	case Gen2026:
		return "2026"
	case Gen2024Oct:
		return "2024-10"
	case Gen2024Jan:
		return "2024-01"
	}
	return fmt.Sprintf("Generation(%d)", int(g))
}

// errorsFirst reports whether the generation writes errors before data.
func (g Generation) errorsFirst() bool { return g != Gen2026 }

// runWord is what the generation calls a run's id in the text of a 409.
func (g Generation) runWord() string {
	if g == Gen2026 {
		return "id"
	}
	return "name"
}

// DefaultFeatures returns the feature names a server of [Gen2026] enables unless
// [WithFeatures] says otherwise.
func DefaultFeatures() []string {
	return []string{
		"CLIENT_IDS", "LARGE_FILENAMES", "EXPAND_DEFINED_METRIC_GLOBS", "FILESTREAM_GZIP",
		"ARTIFACT_TAGS", "ARTIFACT_REGISTRY_SEARCH", "ARTIFACT_COLLECTION_MEMBERSHIP_FILES", "ARTIFACT_DIGEST_ALGORITHM",
		"ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE", "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
		"INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION", "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP", "TOTAL_COUNT_IN_FILE_CONNECTION",
		"USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
	}
}
