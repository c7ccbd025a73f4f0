package configfile

import (
	"fmt"
	"maps"
	"slices"
)

// Error says what is wrong with a file. It repeats nothing of the file but names
// of keys, since values may be secret.
type Error struct {
	// Line counts from 1.
	Line int
	// What completes "line 7: …".
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// The keys of a file that are no config: its format, and what the client that wrote
// it keeps for itself.
const (
	versionKey = "wandb_version"
	ownKey     = "_wandb"
)

// Parse returns the config that a file holds: nil, bool, int64, float64, string,
// []any and map[string]any by key. An empty file is an empty config. The error is
// an [*Error].
func Parse(data []byte) (map[string]any, error) {
	p, err := newParser(data)
	if err != nil {
		return nil, err
	}
	tree, err := p.document()
	if err != nil {
		return nil, err
	}
	if tree == nil {
		return map[string]any{}, nil
	}
	entries, ok := tree.(map[string]any)
	if !ok {
		return nil, &Error{1, "must hold keys with values"}
	}
	config := make(map[string]any, len(entries))
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if key == versionKey || key == ownKey {
			continue
		}
		entry, _ := entries[key].(map[string]any)
		value, ok := entry["value"]
		if !ok {
			return nil, &Error{p.top[key], fmt.Sprintf("the key %q has no value below it: write %s: {value: …}", key, key)}
		}
		config[key] = value
	}
	return config, nil
}
