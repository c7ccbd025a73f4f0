package jsonx_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// FuzzNumber compares ValidNumber with encoding/json.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "0", "-0", "01", "1.", ".5", "1e", "1e5", "1E-05", "-", "+1", "NaN", "1.0e+10", "0x1", " 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		valid := s != "" && json.Valid([]byte(s)) && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && strings.TrimSpace(s) == s
		require.Equal(t, valid, jsonx.ValidNumber(s))
		if !valid {
			return
		}
		got := jsonx.AppendNumber(nil, s)
		if string(got) != s { // what the server's numbers cannot hold
			_, err := strconv.ParseInt(s, 10, 64)
			f, _ := strconv.ParseFloat(s, 64)
			require.True(t, err != nil && !strings.ContainsAny(s, ".eE") || math.IsInf(f, 0), "%s became %s", s, got)
		}
	})
}

func TestAppendFloat_Fraction_IsWrittenAsByStrconv(t *testing.T) {
	t.Parallel()
	var text []byte
	same := func(f float64, bits int) {
		if f == math.Trunc(f) || math.IsNaN(f) || math.Abs(f) >= 1e6 {
			return // written in other ways
		}
		text = jsonx.AppendFloat(text[:0], f, bits)
		if want := strconv.FormatFloat(f, 'g', -1, bits); string(text) != want { // require is too slow for so many
			require.Fail(t, "written differently", "%s instead of %s", text, want)
		}
	}
	both := func(f float64) {
		same(f, 64)
		same(float64(float32(f)), 32)
	}
	for _, f := range []float64{
		0.1, 0.5, 1.5, 0.25, 1.0 / 3, 12345.6, 999999.5, 999999.9999999999, 123456.78901234567, 0.09, 0.001,
		0.0001, 0.00012, 0.0000999, 0.00001, 1e-100, 5e-324,
	} {
		both(f)
		both(-f)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		both(math.Float64frombits(rng.Uint64()))
		scale := math.Pow(10, float64(rng.IntN(14)-7))
		both((rng.Float64() - 0.5) * scale)
		both(float64(rng.IntN(2000)-1000) / 100 * scale) // few digits
	}
}
