package configfile

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// FuzzYAML holds the parser against a YAML library: what it accepts, the library
// reads as the same values.
func FuzzYAML(f *testing.F) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { agrees(t, data) })
}

// TestAgreesWithLibrary is the same for texts made of the pieces of YAML, which
// make sense more often than bytes at random.
func TestAgreesWithLibrary(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"a", "b", "a:", "b: ", "c:\n", "\n", "\n\n", "\n ", "\n  ", "\n    ", "\n- ", "\n  - ", "- ", "-", " ", "  ", "'", "''", "\"", "\\\"", "\\\n",
		"\\ ", "\\x41", "[", "]", "{", "}", ",", ", ", ":", ": ", "#", " #", "\n#", "\n  # c\n", "1", "-1", "0", "01", "1.5", ".5", "5.", "1e3", "1.0e+3", ".inf", "-.inf", ".nan",
		"~", "null", "true", "no", "y", "x y", "./x", "/x", "~/x", "http://x", "2026-01-02", "1:30", "_1", "é", "\u00a0", "😀", "\t", "|", ">", "&x", "*x", "!x", "?", "? ", "@", "%", "=", "<<", "---", "...", "\r\n",
	}
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 20).Draw(r, "text"), "")
		if agrees(r, []byte(text)) {
			accepted++
		}
	})
	require.Positive(t, accepted)
}

// agrees reports whether the parser accepts data, and fails where the library reads
// it in another way.
func agrees(t require.TestingT, data []byte) bool {
	p, err := newParser(data)
	var got any
	if err == nil {
		got, err = p.document()
	}
	if err != nil {
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Positive(t, e.Line)
		return false
	}
	var want any
	require.NoError(t, yaml.Unmarshal(data, &want), "the library refuses what was accepted as %#v", got)
	require.Equal(t, plainly(want), plainly(got))
	return true
}

// plainly makes values comparable: whole numbers of one type, NaN equal to NaN.
func plainly(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case float64:
		if math.IsNaN(v) {
			return "NaN"
		}
	case []any:
		for i := range v {
			v[i] = plainly(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plainly(v[key])
		}
	}
	return v
}

var seeds = []string{
	"", "\ufeffa: 1\n", "---\na: 1\n", "# c\n\na: 1 # d\nb:\n  c: x # y\n",
	"lr:\n  desc: learning rate\n  value: 0.1\n",
	"wandb_version: 1\n\nlr:\n  value: 0.01\n",
	"layers:\n  value:\n  - 64\n  - 32\n", "layers:\n  value:\n    - 64\n    - 32\n",
	"a:\n- b: 1\n  c: 2\n- - 1\n  - 2\n- {}\n-\n  d: 3\n- # x\n  - 1\n",
	"a: [1, 2.5, x, 'y', \"z\", [null, ~], {a: 1, \"b\": 2}]\nb: {}\nc: []\n",
	"a: 'it''s'\nb: \"\\u00fc\\n\\\\\\\"\\x41\\U0001f600\\e\\N\"\n",
	"a: 'a long text\n  that goes on\n\n  here'\nb: a long text\n  that goes on\nc: \"folded \\\n    \\ here\"\n",
	"n: [0, -1, +2, 007, 1_000, 0x1f, 1e3, 1.5e3, 1.0e+3, 1.0e-05, .5, 5., -.5, .inf, -.INF, .nan, 9223372036854775808]\n",
	"b: [true, False, yes, NO, on, Off, y, N]\n", "n: [null, Null, ~, NULL]\nm:\nk: ~/x\n",
	"d: 2026-01-02\nt: 12:30\np: ./x\nq: ../x\nr: /x\nu: http://x/y\nv: a:b\nw: a#b\n",
	"&a b: 1\n", "a: &x 1\nb: *x\n", "a: !!str 1\n", "a: |\n  x\n", "a: >-\n  x\n", "? a\n: b\n", "a: 1\na: 2\n",
	"<<: {a: 1}\n", "a: b: c\n", "a: - b\n", "%YAML 1.1\n", "a: 1\n---\nb: 2\n", "a: 1\n...\n", "1: x\n", "true: x\n", "null: x\n",
	"a:\n\tb: 1\n", "a: \t1\n", "a: x\ty\n", "a: 1\r\nb: 2\r\n", "a : 1\n", "'a' : 1\n", "\"a\": 1\n", "a: \"x\" y\n", "a: \"x\"#y\n",
	"a: [\n1]\n", "a: {b: [1}\n", "a: [a: b]\n", "a: {a}\n", "a: [,]\n", "a: [1,]\n", "a: {\"b\":1}\n", "a: {b:1}\n",
	"a: ?x\n", "a: -x\n", "a: @x\n", "a: `x`\n", "a: %x\n", "a: '\n", "a: \"\\q\"\n", "a: \"\\ud800\"\n", "a:\n  x\n", "- a\n- b\n", "x\n",
	"a:\n    b: 1\n  c: 2\n", "a:\n  b: 1\n    c: 2\n", "a: x\n  y: z\n", "a: x\n # c\n  y\n", "a:\n  - b\n - c\n", "\u2028a: 1\n", "a: \x00\n", "a: x \n",
}
