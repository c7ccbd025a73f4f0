package jsonx_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/jsonx"
)

func TestNullNonFinite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`{"a":1}`, `{"a":1}`},
		{`NaN`, `null`},
		{`-Infinity`, `null`},
		{`{"a":NaN,"b":[Infinity,-Infinity,-1],"c":"NaN"}`, `{"a":null,"b":[null,null,-1],"c":"NaN"}`},
		{`{"NaN \" Infinity":NaN}`, `{"NaN \" Infinity":null}`},
		{`["\\",NaN]`, `["\\",null]`},
		{`N`, `N`},
		{``, ``},
	} {
		assert.Equal(t, tt.want, string(jsonx.NullNonFinite([]byte(tt.in))))
	}
}

func FuzzNullNonFinite(f *testing.F) {
	f.Add([]byte(`{"a":[-Infinity,"NaN\""]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := jsonx.NullNonFinite(b)
		if json.Valid(b) {
			assert.Equal(t, string(b), string(out), "plain JSON stays as it is")
		}
	})
}

func TestQuoteNonFinite_BareTokens_BecomeStrings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{`{"a":NaN}`, `{"a":"NaN"}`},
		{`{"NaN":[Infinity,-Infinity,1]}`, `{"NaN":["Infinity","-Infinity",1]}`},
		{`{"a":"\"NaN\\","b":NaN}`, `{"a":"\"NaN\\","b":"NaN"}`},
		{`{}`, `{}`},
	} {
		assert.Equal(t, test.want, string(jsonx.QuoteNonFinite([]byte(test.in))))
	}
}
