package filestream

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestReplyMessageIsShortAndOnOneLine(t *testing.T) {
	t.Parallel()
	a := parseReply(&Reply{StatusCode: 200, Body: []byte(`{"error":"` + strings.Repeat(`é\n`, 1000) + `"}`)})
	assert.LessOrEqual(t, utf8.RuneCountInString(a.refused.Message), maxBody+1)
	assert.NotContains(t, a.refused.Message, "\n")
	assert.Len(t, a.refused.Body, maxBody)
}

// FuzzReply: no answer of a server makes trouble.
func FuzzReply(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `{"exitcode":null,"limits":{}}`, `{"stopped":true}`, `{"stopped":"true","error":null}`,
		`{"error":"no"}`, `{"error":{"message":"no"}}`, `{"error":["a"]}`, `{"error":"\ud800\u0000"}`, `[1]`, "\xff",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := parseReply(&Reply{StatusCode: 200, Body: body})
		if a.refused != nil {
			assert.True(t, utf8.ValidString(a.refused.Message))
			assert.NotContains(t, a.refused.Error(), "\n")
		}
	})
}
