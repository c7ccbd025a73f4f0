package jsonx_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// The wanted forms are those that SDK 0.31.0 was seen to send: only necessary escapes.
func TestAppendQuoted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, give, want string }{
		{"empty", "", `""`},
		{"plain", "loss", `"loss"`},
		{"html and line separator stay", "<a>&\u2028é", "\"<a>&\u2028é\""},
		{"control characters", "\x00\n\r\t\b\f\x01\x1f", `"\u0000\n\r\t\b\f\u0001\u001f"`},
		{"delete stays", "\x7f", "\"\x7f\""},
		{"quotes and slashes", `"\/`, `"\"\\/"`},
		{"bad bytes", "a\xff\xc3b\xed\xa0\x80", "\"a\ufffd\ufffdb\ufffd\ufffd\ufffd\""},
		{"bad byte and quote", "\"\xff\n", "\"\\\"\ufffd\\n\""},
		{"quote at every place of a word", `"1"2"3"4"5"6"7"8"`, `"\"1\"2\"3\"4\"5\"6\"7\"8\""`},
		{"space after quote", `!"! "!!!!`, `"!\"! \"!!!!"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, string(jsonx.AppendQuoted(nil, []byte(tt.give))))
			assert.Equal(t, tt.want, string(jsonx.AppendString(nil, tt.give)))
		})
	}
}

func TestAppendQuoted_LongEscapes_GrowsTheBuffer(t *testing.T) {
	t.Parallel()
	// Six times as long as the text, which is more than is reserved.
	text := strings.Repeat("\x01", 1000)
	got := jsonx.AppendQuoted([]byte("before"), []byte(text))
	assert.Equal(t, "before\""+strings.Repeat(`\u0001`, 1000)+`"`, string(got))
}

func TestUnquote_NotAString_IsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{``, `x`, `"`, `"a`, `"\`, `"\"`, `"\x"`, `"\u00"`, `"\u00g0"`, "\"\n\""} {
		_, _, ok := jsonx.Unquote(nil, []byte(s))
		assert.False(t, ok, "%q", s)
	}
}

// FuzzQuoted checks that encoding/json reads back what we quote, as UTF-8, and
// that Unquote does.
func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "plain", `{"a":"b\\c"}`, "\x00\x1f \x7f\xff", "日本語\u2028", "12345678", `1234567"`, "\"\"\"\"\"\"\"\"\"", "\xed\xa0\x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		quoted := jsonx.AppendQuoted(nil, text)
		want := strings.ToValidUTF8(perByte(text), "\ufffd")
		var got string
		require.NoError(t, json.Unmarshal(quoted, &got), "%q", quoted)
		assert.Equal(t, want, got)
		back, n, ok := jsonx.Unquote(nil, append(quoted, ",rest"...))
		require.True(t, ok)
		assert.Equal(t, len(quoted), n)
		assert.Equal(t, want, string(back))
		assert.Equal(t, string(quoted), string(jsonx.AppendString(nil, string(text))))
	})
}

// perByte replaces each bad byte by one U+FFFD, where ToValidUTF8 would take one
// for a run of them.
func perByte(text []byte) string {
	var b strings.Builder
	for _, r := range string(text) {
		b.WriteRune(r)
	}
	return b.String()
}

// FuzzUnquote compares with encoding/json.
func FuzzUnquote(f *testing.F) {
	for _, s := range []string{`"a\"b\\\n\u0001",`, `"\u00`, `"`, ``, `"\"b\\\n\u00a1"`, `"\ud83d\ude00\/"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text, n, ok := jsonx.Unquote(nil, b)
		end := jsonx.SkipString(b, 0)
		require.Equal(t, len(b) > 0 && b[0] == '"' && end > 0, ok)
		if ok {
			require.Equal(t, end, n)
			var want string
			require.NoError(t, json.Unmarshal(b[:n], &want), "%q", b[:n])
			assert.Equal(t, want, strings.ToValidUTF8(perByte(text), "\ufffd"))
		}
	})
}

func TestAppendASCII_Text_IsThatOfPython(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       `""`,
		"a\"b\\\n\r\t\b\f\x01/<": `"a\"b\\\n\r\t\b\f\u0001/<"`,
		"~\x7f\u2028é😀":          `"~\u007f\u2028\u00e9\ud83d\ude00"`,
		"a\xffb":                 `"a\ufffdb"`,
	} {
		assert.Equal(t, want, string(jsonx.AppendASCII([]byte("x"), text))[1:])
	}
}
