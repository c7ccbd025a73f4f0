package configfile

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The wanted values are those that yaml.safe_load of PyYAML 6.0.3 returns. Dates, which it
// turns into objects, stay text.
func TestParse_Scalar_IsThatOfPyYAML(t *testing.T) {
	t.Parallel()
	type list = []string
	for _, tt := range []struct {
		want  any
		texts list
	}{
		{nil, list{"~", "null", "Null", "NULL", "", "!!null x"}},
		{true, list{"yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE", "!!bool 'yes'"}},
		{false, list{"no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"}},
		{int64(0), list{"0", "-0", "+0", "00", "0x0", "0b0", "0_"}},
		{int64(8), list{"8", "+8", "010", "0b1000", "0x8", "0_10", "!!int '8'"}},
		{int64(-31), list{"-31", "-037", "-0x1F", "-0x1f", "-0b11111"}},
		{int64(1000), list{"1000", "1_000", "1__0_00_"}},
		{int64(5400), list{"1:30:00", "90:0"}},
		{int64(math.MaxInt64), list{"9223372036854775807"}},
		{int64(math.MinInt64), list{"-9223372036854775808"}},
		{9223372036854775808.0, list{"9223372036854775808"}},
		{1e29, list{"100000000000000000000000000000"}},
		{0.5, list{"0.5", ".5", "+0.5", "5.0e-1", "0.5_", ".5_0", "!!float 0.5"}},
		{5.0, list{"5.", "5.0", "+5.0", "05.0", "!!float 5"}},
		{1e-5, list{"1.0e-5", "1.e-5", "1.0E-05", ".1e-4"}},
		{1500.0, list{"1.5e+3", "1_500.0", "25:00."}},
		{math.Inf(1), list{".inf", ".Inf", ".INF", "+.inf", "1.0e+999"}},
		{math.Inf(-1), list{"-.inf", "-.INF", "-1.0e+999"}},
	} {
		for _, text := range tt.texts {
			assert.Equal(t, tt.want, parsed(t, text), text)
		}
	}
	for _, text := range []string{".nan", ".NaN", ".NAN"} {
		assert.True(t, math.IsNaN(parsed(t, text).(float64)), text)
	}
	for text := range strings.FieldsSeq("1e-5 1e5 1E5 1e+5 1.5e3 .5e3 1.0e5 08 0o7 0X1f 0x1G 0b12 0b 0x _1 1.2.3 1.5.5 -.5 +.5 -.nan .iNf inf nan NaN " +
		"y n Y N tRue yES nULL None 1:60 1,000 2026-01-02 2026-01-02T10:00:00Z 12:30:1x . - + = a:b a#b ./x ~/x http://x/y") {
		if text == "-" {
			continue // begins a list
		}
		assert.Equal(t, text, parsed(t, text), text)
	}
	for text, want := range map[string]string{"'1'": "1", `"yes"`: "yes", "!!str 1": "1", "!!timestamp 2026-01-02": "2026-01-02"} {
		assert.Equal(t, want, parsed(t, text), text)
	}
}

// parsed returns the value that stands for text.
func parsed(t *testing.T, text string) any {
	t.Helper()
	got, err := Parse([]byte("a:\n  value: " + text + "\n"))
	require.NoError(t, err, text)
	return got["a"]
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "\ufeffa: {value: 1}\n", "lr:\n  desc: learning rate\n  value: 0.1\n", "a: {value: [1, 2.5, 'y', \"z\", [null, ~], {a: 1}]}\n",
		"a: &a {value: 1}\nb: *a\nc: {<<: *a}\n", "a: {value: &x [*x]}\n", "a:\n  value: |\n    x\n", "? a\n: {value: !!int 1}\n", "a: {value: 1:30}\n---\n", "%YAML 1.1\n", bomb(),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := Parse(data)
		if err == nil {
			require.NotNil(t, config)
			return
		}
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Positive(t, e.Line)
	})
}
