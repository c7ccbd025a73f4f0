package configfile

import (
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
		{"what is not config", "wandb_version: 1\n_wandb:\n  value: {t: 1}\nlr:\n  value: 1\n", map[string]any{"lr": int64(1)}},
		{"no value is a value", "a:\n  value:\nb:\n  value: ~\n", map[string]any{"a": nil, "b": nil}},
		{"maps and lists", "opt:\n  value:\n    betas:\n    - 0.9\n    - .999\n    name: adam\nlayers:\n  value: [64, {kind: conv}]\n", map[string]any{
			"opt":    map[string]any{"betas": []any{0.9, 0.999}, "name": "adam"},
			"layers": []any{int64(64), map[string]any{"kind": "conv"}},
		}},
		{"texts", "a: {value: 'it''s'}\nb: {value: \"\\u00fc\\n\"}\nc: {value: plain text} # c\n\"d e\": {value: ./data}\n", map[string]any{
			"a": "it's", "b": "ü\n", "c": "plain text", "d e": "./data",
		}},
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

// TestRefused: what is not read is named, with its line.
func TestRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		line       int
		what       string
	}{
		{"no map", "- a\n", 1, "must hold keys with values"},
		{"no value", "# c\nlr: 0.1\n", 2, `the key "lr" has no value below it`},
		{"a map without value", "a: {value: 1}\nlr:\n  desc: x\n", 2, `the key "lr" has no value below it`},
		{"text", "a: {value: 1}\nhello\n", 2, "expected a key, a colon and a space"},
		{"tab", "lr:\n\tvalue: 1\n", 2, "tab"},
		{"anchor", "lr: &a\n  value: 1\n", 1, "not supported"},
		{"alias", "lr: {value: 1}\nx: *a\n", 2, "not supported"},
		{"tag", "lr:\n  value: !!int 1\n", 2, "not supported"},
		{"block text", "lr:\n  value: |\n    x\n", 2, "not supported"},
		{"merge", "<<: {value: 1}\n", 1, "not supported"},
		{"two documents", "a: {value: 1}\n---\nb: {value: 1}\n", 2, "begins or ends a document"},
		{"same key twice", "a: {value: 1}\nb: {value: 1}\na: {value: 2}\n", 3, "repeats a key"},
		{"same key twice in brackets", "a: {value: 1, value: 2}\n", 1, "repeats a key"},
		{"key that is a number", "1: {value: 1}\n", 1, "put it in quotes"},
		{"yes", "a:\n  value: yes\n", 2, "true or false"},
		{"exponent", "a:\n  value: 1e-3\n", 2, "1.0e+3"},
		{"octal", "a:\n  value: 010\n", 2, "read otherwise"},
		{"hexadecimal", "a:\n  value: 0x1f\n", 2, "begins as a number does"},
		{"date", "a:\n  value: 2026-01-02\n", 2, "begins as a number does"},
		{"too large", "a:\n  value: 9223372036854775808\n", 2, "too large"},
		{"much too large", "a:\n  value: 1.0e+999\n", 2, "too large"},
		{"colon in a text", "a:\n  value: b: c\n", 2, "quotes"},
		{"open quotes", "a:\n  value: 'b\nc: {value: 1}\n", 2, "no end"},
		{"open brackets", "a:\n  value: [1,\n    2]\n", 2, "brackets on the line"},
		{"after quotes", "a:\n  value: 'b' c\n", 2, "after the end"},
		{"escape", "a:\n  value: \"\\q\"\n", 2, "escape"},
		{"half a surrogate", "a:\n  value: \"\\ud800\"\n", 2, "no character"},
		{"further in", "a:\n  value: 1\n    desc: x\n", 3, "further than"},
		{"between", "a:\n    value: 1\n  desc: x\n", 3, "further than"},
		{"control character", "a: {value: 1}\nb: \x01\n", 2, "character"},
		{"no text", "a: {value: 1}\nb: \xff\n", 2, "character"},
		{"too deep", "a: {value: " + strings.Repeat("[", 100) + "\n", 1, "too deeply"},
		{"too deep in lines", strings.Repeat("- ", 100) + "\n", 1, "too deeply"},
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

// An error repeats nothing of a value.
func TestErrorsTellNoValue(t *testing.T) {
	t.Parallel()
	const secret = "notakeynotakeynotakey"
	for _, text := range []string{"a: {value: 1" + secret + "}", "a:\n  value: '" + secret, "a: " + secret, "a:\n  value: " + secret + ": x", "a: {value: [" + secret, secret} {
		_, err := Parse([]byte(text))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), secret)
	}
}
