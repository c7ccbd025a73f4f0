package runconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML returns a config as the file config.yaml: the tree of [Config.Wire], with
// sorted keys and four spaces of indentation.
func YAML(wire []byte) ([]byte, error) {
	return writeYAML(wire, func(number string) string { return number })
}

// PythonYAML is [YAML] for readers in Python, which take a number with an exponent for text
// unless it has a dot.
func PythonYAML(wire []byte) ([]byte, error) {
	return writeYAML(wire, func(number string) string {
		if mantissa, exponent, ok := strings.Cut(number, "e"); ok && !strings.Contains(mantissa, ".") {
			return mantissa + ".0e" + exponent
		}
		return number
	})
}

func writeYAML(wire []byte, number func(string) string) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(wire))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	return yaml.Marshal(yamlNode(tree, number))
}

func yamlNode(v any, number func(string) string) *yaml.Node {
	switch v := v.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, yamlText(key), yamlNode(v[key], number))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, below := range v {
			n.Content = append(n.Content, yamlNode(below, number))
		}
		return n
	case string:
		return yamlText(v)
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: number(v.String())}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(v)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
}

// plain matches text that no YAML reader takes for anything else, except for the
// reserved words.
var (
	plain    = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*$`)
	reserved = []string{"y", "yes", "n", "no", "true", "false", "on", "off", "null"}
)

// yamlText returns text in double quotes unless it needs none. The library's own
// choice of quotes is not used, because it cannot read back all that it writes: keys
// of several lines, and the key <<.
func yamlText(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if !plain.MatchString(s) || slices.Contains(reserved, strings.ToLower(s)) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
