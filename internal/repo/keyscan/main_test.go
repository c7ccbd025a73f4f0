package main

import (
	"encoding/base64"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScan(t *testing.T) {
	t.Parallel()
	key := marker + strings.Repeat("a", 33)
	encode := base64.StdEncoding.EncodeToString
	tests := []struct {
		name, line string
		leaks      bool
	}{
		{"plain", "key " + key + ".", true},
		{"hexadecimal", "key " + hexMarker + strings.Repeat("0", 32), true},
		{"prefixed", "key=local-" + key, true},
		{"marker inside", "0000000000" + key, true},
		{"pasted three times", key + key + key, true},
		{"half a key", key[:24], true},
		{"quoted in JSON", `{"apiKey":"` + key + `"}`, true},
		{"basic credential", "Authorization: Basic " + encode([]byte("api:"+key)), true},
		{"base64 at offset 1", encode([]byte("a" + key)), true},
		{"base64 at offset 2", encode([]byte("ab" + key)), true},
		{"base64 with a prefix", "x=" + "Basic-" + encode([]byte("api:"+key)), true},
		{"base64 for URLs", base64.URLEncoding.EncodeToString([]byte("\xff\xfe\xfd" + key)), true},
		{"no line end", key, true},
		{"redacted", "key [redacted] …" + key[36:], false},
		{"a short malformed key", "notakey-short", false},
		{"other base64", encode([]byte(strings.Repeat("nothing to see ", 9))), false},
		{"empty", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			found, err := scan(strings.NewReader("ok\n"+test.line+"\nok\n"), &out)
			require.NoError(t, err)
			assert.Equal(t, test.leaks, found == 1, out.String())
			assert.Equal(t, test.leaks, strings.HasPrefix(out.String(), "line 2 "), out.String())
			assert.NotContains(t, out.String(), key)
		})
	}
}

func TestScanReportsAReadError(t *testing.T) {
	t.Parallel()
	_, err := scan(iotest.ErrReader(assert.AnError), &strings.Builder{})
	require.ErrorIs(t, err, assert.AnError)
}
