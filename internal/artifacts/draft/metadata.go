package draft

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/wandgo/wandgo/errors"
)

// maxMetadata is how many keys the metadata of an artifact may have.
const maxMetadata = 100

// EncodeMetadata returns metadata as JSON, and "" for none. The error is an *errors.InputError.
func EncodeMetadata(m map[string]any) (string, error) {
	switch {
	case len(m) == 0:
		return "", nil
	case len(m) > maxMetadata:
		return "", &errors.InputError{Field: "metadata", Rule: fmt.Sprintf("must have at most %d keys, and has %d", maxMetadata, len(m))}
	}
	text, err := json.Marshal(withoutNaN(m))
	if err != nil {
		return "", &errors.InputError{Field: "metadata", Rule: "cannot be written as JSON: " + err.Error()}
	}
	return string(text), nil
}

// withoutNaN is a copy of a value with null for NaN, as the official client has it.
func withoutNaN(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) {
			return nil
		}
	case float32:
		if math.IsNaN(float64(v)) {
			return nil
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = withoutNaN(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = withoutNaN(v[i])
		}
		return out
	}
	return v
}
