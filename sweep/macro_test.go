package sweep

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpand_Macros_AreThoseOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	trial := Trial{RunID: "r", Program: "train.py", order: []string{"lr", "flag", "off", "opt"}, Params: map[string]any{"lr": 1e-5, "flag": true, "off": false, "opt": "a b"}}
	env := []string{"HOME=/old", "HOME=/h", "EMPTY="}
	for macro, want := range map[string]string{
		"${args}":                  "--lr=1e-05|--flag=True|--off=False|--opt=a b",
		"{args}":                   "--lr=1e-05|--flag=True|--off=False|--opt=a b",
		"${args_no_equals}":        "--lr|1e-05|--flag|True|--off|False|--opt|a b",
		"${args_no_hyphens}":       "lr=1e-05|flag=True|off=False|opt=a b",
		"${args_no_boolean_flags}": "--lr=1e-05|--flag|--opt=a b",
		"${args_append_hydra}":     "+lr=1e-05|+flag=True|+off=False|+opt=a b",
		"${args_override_hydra}":   "++lr=1e-05|++flag=True|++off=False|++opt=a b",
		"${args_json}":             `{"lr": 1e-05, "flag": true, "off": false, "opt": "a b"}`,
		"${args_json_file}":        "file.json",
		"${program}":               "train.py",
		"${interpreter}":           "python",
		"${env}":                   "/usr/bin/env",
		"${none}":                  "",
		"{none}":                   "{none}",
		"--dir=${envvar:HOME}/x":   "--dir=/h/x",
		"${envvar:MISSING}":        "MISSING",
		"${envvar:EMPTY}":          "",
		"x${args}":                 "x${args}",
		"":                         "",
	} {
		assert.Equal(t, want, strings.Join(expand([]string{macro}, trial, "file.json", env), "|"), macro)
	}
	assert.Equal(t, []string{"a", "b"}, Trial{Params: map[string]any{"b": 1, "a": 2}}.names())
}

// The wanted texts are what Python 3 prints.
func TestPythonText_Values_AreWrittenAsByPython(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		value      any
		text, json string
	}{
		{nil, "None", "null"},
		{true, "True", "true"},
		{int64(-3), "-3", "-3"},
		{0.1, "0.1", "0.1"},
		{1.0, "1.0", "1.0"},
		{1e-5, "1e-05", "1e-05"},
		{0.0001, "0.0001", "0.0001"},
		{1e15, "1000000000000000.0", "1000000000000000.0"},
		{1e16, "1e+16", "1e+16"},
		{1.5e300, "1.5e+300", "1.5e+300"},
		{math.Inf(1), "inf", "Infinity"},
		{math.Inf(-1), "-inf", "-Infinity"},
		{math.NaN(), "nan", "NaN"},
		{"it's", "it's", `"it's"`},
		{[]any{"it's", "a\"b'\n", int64(1), nil}, `["it's", 'a"b\'\n', 1, None]`, `["it's", "a\"b'\n", 1, null]`},
		{map[string]any{"b": 1.5, "a": []any{}}, `{'a': [], 'b': 1.5}`, `{"a": [], "b": 1.5}`},
		{[]any{"ü😀\x01\x7f"}, `['ü😀\x01\x7f']`, `["\u00fc\ud83d\ude00\u0001\u007f"]`},
	} {
		assert.Equal(t, tc.text, pythonText(tc.value))
		assert.Equal(t, tc.json, pythonJSON(tc.value))
	}
}

func TestParamFile_OfATrial_IsThatOfTheOfficialClient(t *testing.T) {
	t.Parallel()
	text, err := Trial{Params: map[string]any{"lr": 1e-5, "n": int64(3), "opt": "adam"}}.yaml()
	require.NoError(t, err)
	assert.Equal(t, "wandb_version: 1\n\nlr:\n    value: 1.0e-05\n\"n\":\n    value: 3\nopt:\n    value: adam\n", string(text))
}
