package filestream

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestParseReply_LongMessage_IsOneShortLine(t *testing.T) {
	t.Parallel()
	a := parseReply(&Reply{StatusCode: 200, Body: []byte(`{"error":"` + strings.Repeat(`é\n`, 1000) + `"}`)})
	assert.LessOrEqual(t, utf8.RuneCountInString(a.refused.Message), maxBody+1)
	assert.NotContains(t, a.refused.Message, "\n")
	assert.Len(t, a.refused.Body, maxBody)
}

func TestParseReply_MetricLimit_WarnsWhateverItsForm(t *testing.T) {
	t.Parallel()
	const near = "the run comes close to the server's limit of different metrics"
	for body, want := range map[string]string{
		`{"metric_limit":{"warning":true}}`:                            near,
		`{"metric_limit":{"warning":true,"count":95,"limit":100}}`:     near + ": it has 95 of 100",
		`{"metric_limit":{"warning":{"count":95,"cap":100}}}`:          near + ": it has 95 of 100",
		`{"metric_limit":{"warning":"95 of 100\u001b[31m","count":1}}`: "the server says about the run's metrics: 95 of 100",
		`{"metric_limit":{"warning":false,"count":1,"limit":100}}`:     "",
		`{"metric_limit":{"count":1,"limit":100}}`:                     "",
		`{"metric_limit":null}`:                                        "",
		`{"metric_limit":7}`:                                           "",
		`{}`:                                                           "",
	} {
		got := parseReply(&Reply{StatusCode: 200, Body: []byte(body)}).warning
		if want == "" {
			assert.Empty(t, got, body)
			continue
		}
		assert.True(t, strings.HasPrefix(got, want), "%s: %q", body, got)
		assert.NotContains(t, got, "\x1b")
	}
}

// FuzzReply: no answer of a server makes trouble.
func FuzzReply(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `{"exitcode":null,"limits":{}}`, `{"stopped":true}`, `{"stopped":"true","error":null}`,
		`{"error":"no"}`, `{"error":{"message":"no"}}`, `{"error":["a"]}`, `{"error":"\ud800\u0000"}`, `[1]`, "\xff",
		`{"metric_limit":{"warning":"\u001b[1m","count":1e300,"limit":-1}}`,
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
