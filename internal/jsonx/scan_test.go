package jsonx

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every byte at every index of two words.
func TestSkipDigits(t *testing.T) {
	t.Parallel()
	for place := range 20 {
		for c := range 256 {
			b := []byte("01234567890123456789")
			b[place] = byte(c)
			want := place
			if c >= '0' && c <= '9' {
				want = len(b)
			}
			for from := range place + 1 {
				if got := skipDigits(b, from); got != want {
					assert.Equal(t, want, got, "%q from %d", b, from)
				}
			}
		}
	}
}

func TestAppendLine_NegativeZero_BecomesZero(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`-0`:                                 `0`,
		`-0.0`:                               `0`,
		`-0.00e-7`:                           `0`,
		`-0E5`:                               `0`,
		`-0.5`:                               `-0.5`,
		`-0.0001e9`:                          `-0.0001e9`,
		`1e-0`:                               `1e-0`,
		`{"a-0":[-0,-1,-0.0,-0.1],"b":"-0"}`: `{"a-0":[0,-1,0,-0.1],"b":"-0"}`,
		`["\"-0\"",-Infinity,-0]`:            `["\"-0\"",-Infinity,0]`,
	} {
		assert.Equal(t, "x"+want, string(AppendLine([]byte("x"), []byte(in))), in)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ object, key, want string }{
		{`{"a":1,"b":{"c":2},"c":[3]}`, "c", "[3]"},
		{` { "a" : NaN , "b" : "x,\"c\":1" } `, "b", `"x,\"c\":1"`},
		{`{"a":NaN}`, "a", "NaN"},
		{`{"a":1}`, "b", ""},
		{`{}`, "a", ""},
		{`[1]`, "a", ""},
		{``, "a", ""},
		{`{"a":x,"b":1}`, "b", ""},
	} {
		begin, end := Find([]byte(tt.object), tt.key)
		if tt.want == "" {
			assert.Negative(t, begin, tt.object)
			assert.Negative(t, end, tt.object)
			continue
		}
		assert.Equal(t, tt.want, tt.object[begin:end], tt.object)
	}
}
