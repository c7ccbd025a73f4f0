package runconfig

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// config.yaml must have the same values as the JSON.
func TestYAML(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := c.Update(map[string]any{
		"lr": 1e-07, "big": int64(1) << 60, "text": "a: b # c", "yes": "no", "num": "12", "uni": "héé\n\t\"q\"", "empty": "",
		"list": []any{1, "two", []any{3}, map[string]any{"k": "v", "l": []int{1}}, []any{}, map[string]any{}},
		"deep": map[string]any{"er": map[string]any{"est": nil}}, "0o7": "x", "- dash": true, "val/acc": 1.5, "null": "~",
	}, false)
	require.NoError(t, err)
	text, err := c.YAML()
	require.NoError(t, err)
	var fromYAML, fromJSON any
	require.NoError(t, yaml.Unmarshal(text, &fromYAML), "%s", text)
	again, err := json.Marshal(fromYAML)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(c.Wire(), &fromJSON))
	want, err := json.Marshal(fromJSON)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(again), "%s", text)
}

// FuzzYAML compares with the library's encoder, which reads back what it writes here.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		`{"key":"value: {[ ' # \u0000"}`, `{"- ":"2026-01-01","":"","a b":"c  d","e ":"/f"}`, `{}`,
		`{"a":{"b":[[1,[2]],{"c":[],"d":{}},{"e":{"f":[{"g":null}]}}]},"no":true,"Off":"on"}`,
		`{"two\nlines":{"three\u2028lines":["x",{"four\rlines":[1,{"y":2}]}],"z":"\u001b\u007f\u0085\ufffe\ud83d\ude00"}}`,
		`{"` + strings.Repeat("long", 33) + `":[1],"` + strings.Repeat("k", 128) + `":-1e-7}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		text, err := YAML([]byte(wire))
		if err != nil {
			return
		}
		var tree map[string]any
		d := json.NewDecoder(strings.NewReader(wire))
		d.UseNumber()
		require.NoError(t, d.Decode(&tree))
		var got any
		require.NoError(t, yaml.Unmarshal(text, &got), "%s", text)
		library, err := yaml.Marshal(node(tree))
		require.NoError(t, err)
		if hasControl.MatchString(wire) || strings.Contains(wire, "\ufeff") {
			var want any // escaped in another way
			require.NoError(t, yaml.Unmarshal(library, &want))
			assert.Equal(t, want, got, "%s", text)
			return
		}
		assert.Equal(t, string(library), string(text))
	})
}

// hasControl matches characters that have names of their own in the library.
var hasControl = regexp.MustCompile(`(?i)\\[abrf]|\\u(00[0189]|feff|202[89])|[\x{7f}-\x{9f}\x{2028}\x{2029}]`)

func node(v any) *yaml.Node {
	switch v := v.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, node(key), node(v[key]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			n.Content = append(n.Content, node(item))
		}
		return n
	case string:
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
		if !plain.MatchString(v) || slices.Contains(reserved, strings.ToLower(v)) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(v)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
}

var plain = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*$`)

func TestPythonYAML_Exponent_HasADot(t *testing.T) {
	t.Parallel()
	text, err := PythonYAML([]byte(`{"a":1e-05,"b":1.5e+20,"c":0.1,"d":10,"e":"1e-05","f":[1e+30]}`))
	require.NoError(t, err)
	assert.Equal(t, "a: 1.0e-05\nb: 1.5e+20\nc: 0.1\nd: 10\ne: \"1e-05\"\nf:\n    - 1.0e+30\n", string(text))
}
