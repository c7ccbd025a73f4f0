package plaintext_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/plaintext"
)

func TestLine_ForeignText_IsOnePrintableLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"plain", "permission denied", "permission denied"},
		{"empty", "", ""},
		{"only white space", " \t\n", ""},
		{"line breaks and tabs", " one\r\n\ttwo \n", "one two"},
		{"spaces in a row", "a  b", "a b"},
		{"no-break space", "a\u00a0b", "a b"},
		{"line separator", "a\u2028b\u2029c", "a b c"},
		{"next line", "a\u0085b", "a b"},
		{"terminal escape", "\x1b[31mred", `\x1b[31mred`},
		{"C1 control", "a\u009bb", `a\u009bb`},
		{"delete", "a\x7fb", `a\x7fb`},
		{"right-to-left override", "exe\u202etxt", `exe\u202etxt`},
		{"directional isolate", "a\u2066b", `a\u2066b`},
		{"zero width space", "a\u200bb", `a\u200bb`},
		{"byte order mark", "\ufeffa", `\ufeffa`},
		{"invalid UTF-8", "a\xffb", `a\xffb`},
		{"replacement character", "a\uFFFDb", "a\uFFFDb"},
		{"other scripts", "größer 世界 🦆", "größer 世界 🦆"},
		{"quotes", `say "no" \`, `say "no" \`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := plaintext.Line(c.text, plaintext.NoLimit)
			assert.Equal(t, c.want, got)
			assert.Equal(t, got == c.text, plaintext.Safe(c.text))
			assert.True(t, plaintext.Safe(got))
		})
	}
}

func TestLine_LongerThanLimit_IsCutBetweenRunes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "世界…", plaintext.Line("世界世界", 2))
	assert.Equal(t, "世界", plaintext.Line("世界", 2))
	assert.Equal(t, "a…", plaintext.Line("a\u202e", 5), "an escape is not split")
	assert.Equal(t, "abc…", plaintext.Line("abc…def", 4), "one ellipsis is enough")
}

func TestEscape_WhiteSpace_IsShown(t *testing.T) {
	t.Parallel()
	assert.Equal(t, ` a\n\tb `, plaintext.Escape(" a\n\tb ", plaintext.NoLimit))
	assert.Equal(t, `a\u00a0b`, plaintext.Escape("a\u00a0b", plaintext.NoLimit))
}

func TestQuote_AnyText_ReadsBackAsGoString(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "acme", `say "no" \`, " blank ", "a\u2028b\x1b\xff", "größer"} {
		got := plaintext.Quote(text, plaintext.NoLimit)
		back, err := strconv.Unquote(got)
		assert.NoError(t, err, got)
		assert.Equal(t, text, back)
	}
	assert.Equal(t, `"abc…"`, plaintext.Quote("abcdef", 3))
}

func FuzzLine(f *testing.F) {
	f.Add("a\u202eb\n", 3)
	f.Add("\xff\x1b[0m", 0)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		for _, got := range []string{plaintext.Line(text, limit), plaintext.Escape(text, limit), plaintext.Quote(text, limit)} {
			if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Errorf("%q", got)
			}
			if runes := utf8.RuneCountInString(got); limit > 0 && runes-3 > limit {
				t.Errorf("%d runes for a limit of %d", runes, limit)
			}
		}
	})
}
