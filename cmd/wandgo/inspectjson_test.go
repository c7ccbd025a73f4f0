package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuoteNonFinite_BareTokens_BecomeStrings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, want string }{
		{`{"a":NaN}`, `{"a":"NaN"}`},
		{`{"NaN":[Infinity,-Infinity,1]}`, `{"NaN":["Infinity","-Infinity",1]}`},
		{`{"a":"\"NaN\\","b":NaN}`, `{"a":"\"NaN\\","b":"NaN"}`},
		{`{}`, `{}`},
	} {
		assert.Equal(t, test.want, string(quoteNonFinite([]byte(test.in))))
	}
}
