package draft

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// maxMetadata is how many keys the metadata of an artifact may have.
const maxMetadata = 100

// ErrMetadata means that the server refuses metadata.
var ErrMetadata = errors.New("invalid metadata of an artifact")

func encodeMetadata(m map[string]any) (string, error) {
	switch {
	case len(m) == 0:
		return "", nil
	case len(m) > maxMetadata:
		return "", fmt.Errorf("%w: %d keys; the server accepts %d", ErrMetadata, len(m), maxMetadata)
	}
	text, err := json.Marshal(withoutNaN(m))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMetadata, err)
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
