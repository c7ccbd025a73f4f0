package plaintext_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/plaintext"
)

func TestWrap_LongText_BreaksBetweenWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, first, rest, text, want string }{
		{"fits", "- ", "  ", "one two", "- one two\n"},
		{"breaks", "- ", "  ", "one two three four", "- one two\n  three\n  four\n"},
		{"long word", "", "", "a https://example.test/path b", "a\nhttps://example.test/path\nb\n"},
		{"hard space", "", "", "run go" + plaintext.HardSpace + "test" + plaintext.HardSpace + "now", "run\ngo test now\n"},
		{"empty", "- ", "", "", "- \n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			plaintext.Wrap(&b, 10, c.first, c.rest, c.text)
			assert.Equal(t, c.want, b.String())
		})
	}
}
