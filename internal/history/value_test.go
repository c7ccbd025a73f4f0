package history_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
)

type (
	myInt    int16
	myUint   uint8
	myFloat  float64
	mySingle float32
	myString string
	myBool   bool
)

// The wanted forms are those that SDK 0.31.0 was seen to send.
func TestAppendValue_Numbers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		give any
		want string
	}{
		{"whole float", 5.0, "5"},
		{"fraction", 0.5, "0.5"},
		{"hundred thousand", 100000.0, "100000"},
		{"largest plain whole float", 999999.0, "999999"},
		{"million as float", 1e6, "1e+06"},
		{"minus million as float", -1e6, "-1e+06"},
		{"million as int", 1_000_000, "1000000"},
		{"1234567.0", 1234567.0, "1.234567e+06"},
		{"1234567", 1234567, "1234567"},
		{"many digits", 123456789012345.0, "1.23456789012345e+14"},
		{"ten thousandth", 0.0001, "0.0001"},
		{"hundred thousandth", 1e-5, "1e-05"},
		{"1e-7", 1e-7, "1e-07"},
		{"1e20", 1e20, "1e+20"},
		{"1e21", 1e21, "1e+21"},
		{"timestamp", 1.7954325713190997e+09, "1.7954325713190997e+09"},
		{"minus zero", math.Copysign(0, -1), "0"},
		{"NaN", math.NaN(), "NaN"},
		{"infinity", math.Inf(1), "Infinity"},
		{"minus infinity", math.Inf(-1), "-Infinity"},
		{"largest float", math.MaxFloat64, "1.7976931348623157e+308"},
		{"smallest float", math.SmallestNonzeroFloat64, "5e-324"},
		{"int beyond float precision", 1<<53 + 1, "9007199254740993"},
		{"least int64", int64(math.MinInt64), "-9223372036854775808"},
		{"largest int64 as uint64", uint64(math.MaxInt64), "9223372036854775807"},
		{"first uint64 beyond int64", uint64(math.MaxInt64) + 1, "9.223372036854776e+18"},
		{"float32 in its own digits", float32(0.1), "0.1"},
		{"float32 whole", float32(16777216), "1.6777216e+07"},
		{"float32 NaN", float32(math.NaN()), "NaN"},
		{"float32 infinity", float32(math.Inf(-1)), "-Infinity"},
		{"int8", int8(-8), "-8"},
		{"int16", int16(-16), "-16"},
		{"int32", int32(-32), "-32"},
		{"int64", int64(-64), "-64"},
		{"uint", uint(1), "1"},
		{"uint8", uint8(8), "8"},
		{"uint16", uint16(16), "16"},
		{"uint32", uint32(32), "32"},
		{"uintptr", uintptr(7), "7"},
		{"named int", myInt(-3), "-3"},
		{"named uint", myUint(3), "3"},
		{"named float", myFloat(1e6), "1e+06"},
		{"named float NaN", myFloat(math.NaN()), "NaN"},
		{"named float32", mySingle(0.1), "0.1"},
		{"json.Number", json.Number("1.50"), "1.50"},
		{"json.Number exponent", json.Number("-1E+5"), "-1E+5"},
		{"json.Number beyond int64", json.Number("1000000000000000000000000000000"), "1e+30"},
		{"json.Number out of range", json.Number("-1e400"), "-Infinity"},
		{"huge integer", new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil), "1e+30"},
		{"integer of its own method", big.NewInt(-7), "-7"},
		{"JSON of its own", json.RawMessage(`{"b": [1, 1e400, {}], "a": {"none": {}}, "n": 123456789012345678901}`), `{"b":[1,Infinity,{}],"n":1.2345678901234568e+20}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var e history.Encoder
			got, err := e.AppendValue(nil, tt.give)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
			// The same by way of reflection.
			got, err = e.AppendValue(nil, &tt.give)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
}
