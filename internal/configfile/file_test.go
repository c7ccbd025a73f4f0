package configfile

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Parallel()
	official, err := os.ReadFile("testdata/official.yaml")
	require.NoError(t, err)
	tests := []struct {
		name, text string
		want       map[string]any
	}{
		{"nothing", "", map[string]any{}},
		{"comments only", "# nothing yet\n\n", map[string]any{}},
		{"defaults", "lr:\n  desc: learning rate\n  value: 0.1\nepochs: {value: 3, desc: null}\n", map[string]any{"lr": 0.1, "epochs": int64(3)}},
		{"keys that are not config", "wandb_version: 1\n_wandb:\n  value: {t: 1}\nlr:\n  value: 1\n", map[string]any{"lr": int64(1)}},
		{"no value is a value", "a:\n  value:\nb:\n  value: ~\n", map[string]any{"a": nil, "b": nil}},
		{"maps and lists", "opt:\n  value:\n    betas:\n    - 0.9\n    - .999\n    name: adam\nlayers:\n  value: [64, {kind: conv}]\n", map[string]any{
			"opt":    map[string]any{"betas": []any{0.9, 0.999}, "name": "adam"},
			"layers": []any{int64(64), map[string]any{"kind": "conv"}},
		}},
		{"texts", "a: {value: 'it''s'}\nb: {value: \"\\u00fc\\n\"}\nc: {value: plain text} # c\n\"d e\": {value: ./data}\n", map[string]any{
			"a": "it's", "b": "ü\n", "c": "plain text", "d e": "./data",
		}},
		{"block texts, anchors and merges", "a:\n  value: |\n    x\n     y\nb: &b {value: {c: 1, d: 2}}\ne: *b\nf:\n  value:\n    <<: [{c: 3}, {c: 4, g: 5}]\n    d: 6\n", map[string]any{
			"a": "x\n y\n", "b": map[string]any{"c": int64(1), "d": int64(2)}, "e": map[string]any{"c": int64(1), "d": int64(2)},
			"f": map[string]any{"c": int64(3), "d": int64(6), "g": int64(5)},
		}},
		{"keys that are not text", "a: {value: {1: a, 010: b, true: c, 1.5: d, ~: e}}\n", map[string]any{
			"a": map[string]any{"1": "a", "8": "b", "true": "c", "1.5": "d", "null": "e"},
		}},
		{"several lines", "a:\n  value: [1,\n    two words\n    go on]\n", map[string]any{"a": []any{int64(1), "two words go on"}}},
		{"what the official client writes", string(official), map[string]any{
			"lr": 1e-5, "big": 1e22, "inf": math.Inf(1), "flag": true, "none": nil, "word": "yes", "number": "0x1f", "empty": map[string]any{},
			"prompt": strings.Repeat("a long text ", 12), "quoted": strings.Repeat("ünï 'q' long ", 12), "lines": "one\ntwo\n\nthree: x\n",
			"control": "bell\a and a text that goes on and on until it does not fit into one line any more, " + strings.Repeat("x ", 30),
			"deep":    map[string]any{"a": []any{int64(1), map[string]any{"b": int64(2), "c": []any{[]any{int64(3)}, []any{}}}}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParse_NotAConfig_NamesTheLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line       int
		what       string
	}{
		{"no map", "- a\n", 1, "must hold keys with values"},
		{"no value", "# c\nlr: 0.1\n", 2, `the key "lr" has no value below it`},
		{"a map without value", "a: {value: 1}\nlr:\n  desc: x\n", 2, `the key "lr" has no value below it`},
		{"merged key without value", "a: &a {value: {b: 1}}\n<<: {b: 1}\n", 2, `the key "b" has no value below it`},
		{"text", "a: {value: 1}\nhello\n", 2, "could not find expected ':'"},
		{"tab", "lr:\n\tvalue: 1\n", 2, "not YAML"},
		{"alias without anchor", "lr: {value: 1}\nx: *a\n", 2, "anchor that is not defined"},
		{"alias inside its anchor", "x: {value: &a [*a]}\n", 1, "nested too deeply"},
		{"tag of another language", "lr:\n  value: !!python/tuple [1]\n", 2, "tag that is not supported"},
		{"tag that does not fit", "lr:\n  value: !!int x\n", 2, "tag that does not fit"},
		{"merge of a text", "a: {value: 1}\nb:\n  value:\n    <<: x\n", 4, "not a map"},
		{"two documents", "a: {value: 1}\n---\nb: {value: 1}\n", 2, "second document"},
		{"same key twice", "a: {value: 1}\nb: {value: 1}\na: {value: 2}\n", 3, `repeats the key "a"`},
		{"same key twice in brackets", "a: {value: 1, value: 2}\n", 1, `repeats the key "value"`},
		{"list as a key", "a:\n  value:\n    ? [1]\n    : 2\n", 3, "key that is a list"},
		{"colon in a text", "a:\n  value: b: c\n", 2, "mapping values are not allowed"},
		{"open quotes", "a: {value: 'b\n", 2, "not YAML"},
		{"open brackets", "a:\n  value: [1,\n", 2, "not YAML"},
		{"escape", "a:\n  value: \"\\q\"\n", 2, "unknown escape"},
		{"control character", "a: {value: 1}\nb: \x01\n", 1, "control characters"},
		{"not UTF-8", "a: {value: 1}\nb: \xff\n", 1, "UTF-8"},
		{"too deep", "a: {value: " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}\n", 1, "too deeply"},
		{"too many values", bomb(), 1, "too many values"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tt.text))
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.line, e.Line, err)
			assert.Contains(t, e.What, tt.what)
		})
	}
}

// bomb is a small file in which aliases repeat one text 10^9 times.
func bomb() string {
	text := "a0: &a0 {value: x}\n"
	for i := range 9 {
		text += fmt.Sprintf("a%d: &a%d {value: [%s]}\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	return text
}

func TestParse_Error_RepeatsNoValue(t *testing.T) {
	t.Parallel()
	const secret = "notakeynotakeynotakey"
	for _, text := range []string{"a: {value: [" + secret + "}", "a:\n  value: '" + secret, "a: " + secret, "a:\n  value: " + secret + ": x", "a: {value: [" + secret, secret, "a: {value: *" + secret + "}", "a: {value: !" + secret + " x}"} {
		_, err := Parse([]byte(text))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), secret)
	}
}

func TestParseTree_NestedKeys_HaveTheirLines(t *testing.T) {
	t.Parallel()
	tree, lines, err := ParseTree([]byte("method: grid\nparameters:\n  lr:\n    values: [1e-5, 0.5, 010]\n  n: {value: yes}\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"method": "grid", "parameters": map[string]any{
		"lr": map[string]any{"values": []any{"1e-5", 0.5, int64(8)}}, "n": map[string]any{"value": true},
	}}, tree)
	assert.Equal(t, map[string]int{"method": 1, "parameters": 2, "parameters.lr": 3, "parameters.lr.values": 4, "parameters.n": 5, "parameters.n.value": 5}, lines)
	_, _, err = ParseTree([]byte("- a\n"))
	require.EqualError(t, err, "line 1: must hold keys with values")
	tree, _, err = ParseTree(nil)
	require.NoError(t, err)
	assert.Empty(t, tree)
}
