package dashboard

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/runstore"
)

func TestParseFilter_Terms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]filter{
		"":                 nil,
		"  ":               nil,
		"word":             {{op: ":", value: "word"}},
		"-word":            {{op: ":", value: "word", not: true}},
		"-5":               {{op: ":", value: "-5", num: -5, isNum: true}},
		`"two words"`:      {{op: ":", value: "two words"}},
		`"-dash"`:          {{op: ":", value: "-dash"}},
		"lr<=0.1":          {{key: "lr", op: "<=", value: "0.1", num: 0.1, isNum: true}},
		"-lr>1":            {{key: "lr", op: ">", value: "1", num: 1, isNum: true, not: true}},
		`name:"a b" x!=y`:  {{key: "name", op: ":", value: "a b"}, {key: "x", op: "!=", value: "y"}},
		"url=http://x:80/": {{key: "url", op: "=", value: "http://x:80/"}},
		":x":               {{op: ":", value: ":x"}},
		"a=":               {{key: "a", op: "="}},
		`"a:b"`:            {{op: ":", value: "a:b"}},
		"val/acc>0.5":      {{key: "val/acc", op: ">", value: "0.5", num: 0.5, isNum: true}},
		"a b":              {{op: ":", value: "a"}, {op: ":", value: "b"}},
		"lr=0x1p4":         {{key: "lr", op: "=", value: "0x1p4"}},
		"lr<1e400":         {{key: "lr", op: "<", value: "1e400", num: math.Inf(1), isNum: true}},
		"ümlaut:ß":         {{key: "ümlaut", op: ":", value: "ß"}},
	} {
		got, err := parseFilter(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		`"`:         "the filter has a quote without an end",
		`a:"b`:      "the filter has a quote without an end",
		"lr>":       "lr> needs a number",
		"lr<x":      `lr< needs a decimal number; "x" is not one`,
		"lr<0x10":   `lr< needs a decimal number; "0x10" is not one`,
		"lr>=0x1p4": `lr>= needs a decimal number; "0x1p4" is not one`,
	} {
		_, err := parseFilter(text)
		assert.EqualError(t, err, want, text)
	}
}

func TestFilter_NaN_EqualsOnlyNaN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ nan, one bool }{
		"loss=nan":  {nan: true},
		"loss:NaN":  {nan: true},
		"loss!=nan": {one: true},
		"-loss=nan": {one: true},
		"loss<nan":  {},
		"loss>=nan": {},
		"loss>0":    {one: true},
		"loss!=1":   {nan: true},
	} {
		f, err := parseFilter(text)
		require.NoError(t, err, text)
		assert.Equal(t, want.nan, f.match(&runstore.Info{Values: map[string]any{"summary.loss": math.NaN()}}), text)
		assert.Equal(t, want.one, f.match(&runstore.Info{Values: map[string]any{"summary.loss": 1.0}}), text)
	}
}

func FuzzParseFilter(f *testing.F) {
	f.Add(`lr<0.1 -state:failed "two words"`)
	f.Add(`a:"b`)
	info := &runstore.Info{Name: "run", Values: map[string]any{"config.lr": 0.1}}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseFilter(text)
		if err != nil {
			return
		}
		for _, one := range parsed { // a term and its opposite never agree
			other := one
			other.not = !one.not
			assert.NotEqual(t, filter{one}.match(info), filter{other}.match(info))
		}
	})
}
