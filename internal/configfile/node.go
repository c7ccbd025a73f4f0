package configfile

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Bounds of what is read, far beyond any config.
const (
	maxDepth  = 64
	maxValues = 1 << 17 // with those that aliases repeat
)

// builder makes values of nodes.
type builder struct {
	values int
	lines  map[string]int // of keys by their path, with dots
	path   string         // of the map that is read
}

func fail(n *yaml.Node, what string) error { return &Error{n.Line, what} }

// value returns the value of a node, which is inside depth-1 others.
func (b *builder) value(n *yaml.Node, depth int) (any, error) {
	b.values++
	switch {
	case depth > maxDepth:
		return nil, fail(n, "is nested too deeply")
	case b.values > maxValues:
		return nil, fail(n, "holds too many values")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return b.value(n.Alias, depth+1)
	case yaml.MappingNode:
		if err := checkTag(n, "!!map"); err != nil {
			return nil, err
		}
		return b.mapping(n, depth)
	case yaml.SequenceNode:
		if err := checkTag(n, "!!seq"); err != nil {
			return nil, err
		}
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := b.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	default:
		return scalar(n)
	}
}

// checkTag returns an error for a map or list with a tag that is not the usual one.
func checkTag(n *yaml.Node, usual string) error {
	if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != usual {
		return fail(n, "has a tag that is not supported")
	}
	return nil
}

func (b *builder) mapping(n *yaml.Node, depth int) (any, error) {
	own := make(map[string]any, len(n.Content)/2)
	merged := map[string]any{}
	for i := 0; i < len(n.Content); i += 2 {
		key, below := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			if err := b.merge(merged, below, depth); err != nil {
				return nil, err
			}
			continue
		}
		name, err := b.key(key, depth)
		if err != nil {
			return nil, err
		}
		if _, again := own[name]; again {
			return nil, fail(key, fmt.Sprintf("repeats the key %q", name))
		}
		above := b.path
		b.path = strings.TrimPrefix(above+"."+name, ".")
		b.lines[b.path] = key.Line
		if own[name], err = b.value(below, depth+1); err != nil {
			return nil, err
		}
		b.path = above
	}
	maps.Copy(merged, own)
	return merged, nil
}

// isMerge reports whether a key asks for the keys of another map.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Style == 0 && key.Value == "<<"
}

// merge adds the keys of a map, or of the maps in a list, of which the first wins.
func (b *builder) merge(dst map[string]any, n *yaml.Node, depth int) error {
	v, err := b.value(n, depth+1)
	if err != nil {
		return err
	}
	sources, ok := v.([]any)
	if !ok {
		sources = []any{v}
	}
	for _, source := range sources {
		m, ok := source.(map[string]any)
		if !ok {
			return fail(n, "merges a value that is not a map")
		}
		for name, v := range m {
			if _, again := dst[name]; !again {
				dst[name] = v
			}
		}
	}
	return nil
}

// key returns a key as text. Other scalars become the text that they have as keys in
// JSON, as in the official client.
func (b *builder) key(n *yaml.Node, depth int) (string, error) {
	v, err := b.value(n, depth+1)
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case nil:
		return "null", nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return string(jsonx.AppendFloat(nil, v, 64)), nil
	}
	return "", fail(n, fmt.Sprintf("has a key that is a %s", map[bool]string{true: "list", false: "map"}[n.Kind == yaml.SequenceNode]))
}
