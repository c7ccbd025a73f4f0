package runstore

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseNumber_IsWhatStrconvReads(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not for secrets
	for range 5_000 {
		f := math.Float64frombits(random.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		for _, text := range []string{
			strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(random.Float64()*1000, 'f', random.IntN(20), 64),
			strconv.Itoa(random.Int()), strconv.FormatFloat(random.NormFloat64(), 'f', -1, 64),
		} {
			want, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			got, ok := parseNumber([]byte(text))
			require.True(t, ok, text)
			require.Equal(t, math.Float64bits(want), math.Float64bits(got), text)
		}
	}
	for text, want := range map[string]float64{"true": 1, "false": 0, "Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "1e999": math.Inf(1), "-0": 0} {
		got, ok := parseNumber([]byte(text))
		assert.True(t, ok, text)
		assert.InDelta(t, want, got, 0, text)
	}
	nan, ok := parseNumber([]byte("NaN"))
	assert.True(t, ok && math.IsNaN(nan))
	for _, text := range []string{"", "-", "null", `"1"`, "[1]", "nan", "inf", "+1", ".5", "0x10", "1_000", "truex"} {
		_, ok := parseNumber([]byte(text))
		assert.False(t, ok, text)
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("0.1")
	f.Add("123456789012345678")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := shortNumber([]byte(text))
		if !ok {
			return
		}
		want, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(want), math.Float64bits(got))
	})
}
