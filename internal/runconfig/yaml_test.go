package runconfig

import (
	"encoding/json"
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
	text, err := YAML(c.Wire())
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

// FuzzYAML checks that text is read back as it was, as a key and as a value.
func FuzzYAML(f *testing.F) {
	f.Add("key", "value: {[ ' # \x00")
	f.Add("- ", "2026-01-01")
	f.Add("<<", "no")
	f.Add("two\nlines", "three\u2028lines\u0085\u007f\ufffe\U0001F600")
	f.Add(strings.Repeat("long", 33), "four\rlines")
	f.Fuzz(func(t *testing.T, key, value string) {
		var c Config
		if _, err := c.Update(map[string]any{key: map[string]any{value: []any{value, map[string]any{key + "x": value}}}}, false); err != nil {
			return
		}
		text, err := YAML(c.Wire())
		require.NoError(t, err)
		var got, want map[string]any
		require.NoError(t, yaml.Unmarshal(text, &got), "%s", text)
		require.NoError(t, json.Unmarshal(c.Wire(), &want))
		assert.Equal(t, want, got, "%s", text)
	})
}

func TestPythonYAML_Exponent_HasADot(t *testing.T) {
	t.Parallel()
	text, err := PythonYAML([]byte(`{"a":1e-05,"b":1.5e+20,"c":0.1,"d":10,"e":"1e-05","f":[1e+30]}`))
	require.NoError(t, err)
	assert.Equal(t, "a: 1.0e-05\nb: 1.5e+20\nc: 0.1\nd: 10\ne: \"1e-05\"\nf:\n    - 1.0e+30\n", string(text))
}
