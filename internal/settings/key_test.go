package settings

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/secret"
)

// assertSecretFree fails when the text shows 8 characters of the key in a row.
func assertSecretFree(t *testing.T, key, text string) {
	t.Helper()
	for i := 0; i+8 <= len(key); i++ {
		if strings.Contains(text, key[i:i+8]) {
			t.Errorf("the text shows part of the key: %s", text)
			return
		}
	}
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	jwt := "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2huZG9lIn0.c2lnbmF0dXJlc2lnbmF0dXJl"
	tests := []struct {
		name, key string
		codes     []string
		text      string // part of the first flaw's text
	}{
		{"none", "", nil, ""},
		{"40 hex", hexKey, nil, ""},
		{"86 characters", modern, nil, ""},
		{"self-hosted", "local-" + hexKey, nil, ""},
		{"any prefix", "corp-" + strings.Repeat("X", 40), nil, ""},
		{"underscores", strings.Repeat("ab_Z", 11), nil, ""},
		{"line break after", hexKey + "\n", []string{"whitespace"}, "ends with a line break"},
		{"CRLF after", hexKey + "\r\n", []string{"whitespace"}, "ends with a line break"},
		{"space before", " " + hexKey, []string{"whitespace"}, "begins with a space"},
		{"both ends", "\t" + hexKey + "\u00a0", []string{"whitespace"}, "begins with a tab and ends with unusual white space"},
		{"only white space", " \n", []string{"whitespace", "short"}, "begins"},
		{"double quotes", `"` + hexKey + `"`, []string{"quotes"}, "is wrapped in quotes"},
		{"single quotes", "'" + hexKey + "'", []string{"quotes"}, "is wrapped in quotes"},
		{"typographic quotes", "“" + hexKey + "”", []string{"quotes"}, "is wrapped in quotes"},
		{"quote before", `"` + hexKey, []string{"quotes"}, "begins with a quote"},
		{"quote after", hexKey + `'`, []string{"quotes"}, "ends with a quote"},
		{"quotes alone", `""`, []string{"quotes", "short"}, "is wrapped in quotes"},
		{"quotes and line break", `"` + hexKey + "\"\n", []string{"whitespace", "quotes"}, "ends with a line break"},
		{"assignment", "WANDB_API_KEY=" + hexKey, []string{"assignment"}, "name of a variable"},
		{"export", "export WANDB_API_KEY='" + hexKey + "'", []string{"quotes", "assignment"}, "ends with a quote"},
		{"bearer", "Bearer " + hexKey, []string{"assignment"}, "name of a variable or header"},
		{"pasted twice", hexKey + hexKey, []string{"repeated"}, "is the same text 2 times (80 characters in all)"},
		{"pasted three times", strings.Repeat(hexKey, 3), []string{"repeated"}, "is the same text 3 times (120 characters in all)"},
		{"modern pasted twice", modern + modern, []string{"repeated"}, "is the same text 2 times"},
		{"self-hosted pasted twice", "local-" + hexKey + "local-" + hexKey, []string{"repeated"}, "is the same text 2 times"},
		{"pasted on three lines", hexKey + "\n" + hexKey + "\n" + hexKey, []string{"repeated"}, "is the same text 3 times"},
		{"pasted with a space", modern + " " + modern, []string{"repeated"}, "is the same text 2 times"},
		{"pasted twice and once more", hexKey + hexKey + " " + hexKey + hexKey, []string{"repeated"}, "is the same text 4 times"},
		{"two keys", hexKey + " " + otherKey, []string{"characters"}, "contains a space at position 41"},
		{"broken line", hexKey[:20] + "\n" + hexKey[20:], []string{"characters"}, "contains a line break at position 21"},
		{"colon", "api:" + hexKey, []string{"characters"}, "contains a colon at position 4"},
		{"umlaut", "ä" + hexKey, []string{"characters"}, "contains a letter outside A-Z at position 1"},
		{"zero-width space", hexKey + "\u200b", []string{"characters"}, "contains an invisible character at position 41"},
		{"NUL", hexKey + "\x00", []string{"characters"}, "contains a control character"},
		{"not UTF-8", hexKey + "\xff", []string{"characters"}, "contains a byte that is not text"},
		{"several", "a+b/c" + hexKey, []string{"characters"}, "contains 2 characters that a key cannot have, first a punctuation mark at position 2"},
		{"short", hexKey[:39], []string{"short"}, "is too short: 39 characters, at least 40 are needed"},
		{"short after the dash", "local-" + hexKey[:39], []string{"short"}, "39 characters after the first dash"},
		{"user name", "alice", []string{"short"}, "is too short"},
		{"long hex", hexKey + "abcdef", []string{"length"}, "has 46 hex characters; keys of its kind have 40"},
		{"cut modern key", modern[:80], []string{"length"}, "has 80 characters; keys of its kind have 86"},
		{"a whole file", strings.Repeat(hexKey+"\n", 30), []string{"long"}, "is too long: 1230 bytes"},
		{"JWT", jwt, []string{"jwt"}, "WANDB_IDENTITY_TOKEN_FILE"},
		{"placeholder API_KEY", "API_KEY", []string{"placeholder"}, "is a placeholder"},
		{"placeholder your-key", "your-key", []string{"placeholder"}, "is a placeholder"},
		{"placeholder your_wandb_api_key_here", "your_wandb_api_key_here", []string{"placeholder"}, "is a placeholder"},
		{"placeholder brackets", "<YOUR API KEY>", []string{"placeholder"}, "is a placeholder"},
		{"placeholder variable", "${WANDB_API_KEY}", []string{"placeholder"}, "is a placeholder"},
		{"placeholder $", "$WANDB_API_KEY", []string{"placeholder"}, "is a placeholder"},
		{"placeholder None", "None", []string{"placeholder"}, "is a placeholder"},
		{"placeholder x", "xxxxxxxx", []string{"placeholder"}, "is a placeholder"},
		{"placeholder stars", strings.Repeat("*", 40), []string{"placeholder"}, "is a placeholder"},
		{"placeholder in quotes", `"your-key"`, []string{"quotes", "placeholder"}, "is wrapped"},
		{"our own redaction", secret.Redacted, []string{"placeholder"}, "is a placeholder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			flaws := CheckKey(secret.New(tt.key))
			var codes []string
			for _, f := range flaws {
				codes = append(codes, f.Code)
				assert.Equal(t, f.Code != "length", f.Fatal, f.Code)
				if len(tt.key) >= 30 { // below that, it is words we may use too
					assertSecretFree(t, tt.key, f.Text)
				}
			}
			require.Equal(t, tt.codes, codes)
			if len(flaws) > 0 {
				assert.Contains(t, flaws[0].Text, tt.text)
			}
		})
	}
}

func TestKeyHint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, key, want string }{
		{"none", "", "no key"},
		{"40 hex", hexKey, "40 hex characters, ends …3344"},
		{"modern", modern, "wandb_v1 key, 86 characters, ends …eXo0"},
		{"self-hosted", "local-" + otherKey, "local key, 40 characters after the dash, ends …8877"},
		{"other", strings.Repeat("Zz", 20) + "1234", "44 characters, ends …1234"},
		{"long hex", hexKey + "abcdef", "46 hex characters, ends …cdef"},
		{"short", "hunter2", "malformed key, 7 characters"},
		{"repeated", hexKey + hexKey, "malformed key, 80 characters"},
		{"with line break", hexKey + "\n", "malformed key, 41 characters"},
		{"a whole file", strings.Repeat("ä", 600), "malformed key, 600 characters"},
		{"JWT", "aaaa.bbbb.cccc", "JSON web token, 14 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, KeyHint(secret.New(tt.key)))
		})
	}
}

// No key panics, and no text shows 8 characters of one in a row.
func FuzzCheckKey(f *testing.F) {
	seeds := []string{
		"", " ", "\n", `"`, `""`, "-", ".", "a.b.c", "xxx", hexKey, modern, "local-" + hexKey, hexKey + hexKey + hexKey,
		hexKey + "\n" + hexKey, "WANDB_API_KEY=" + hexKey, `"` + hexKey + `"`, "your-api-key", "\xff\xfe", "ä" + hexKey,
	}
	// Whatever the texts contain by themselves is no leak.
	var own strings.Builder
	for _, s := range append(seeds, "Bearer x", "a+b/c", " x\t", "\"a", "a'", "a\u00a0", "\u200b", "wandb_v1_"+hexKey+hexKey[1:],
		hexKey+"ab", "local-"+hexKey+"ab", "a:b", "a=b", "a/b", "a.b", "a\x00b", "ä", "…x", "a b", "JSON.web.token", "zzz"+hexKey, strings.Repeat(hexKey, 30)) {
		own.WriteString(KeyHint(secret.New(s)) + "\n")
		for _, fl := range CheckKey(secret.New(s)) {
			own.WriteString(fl.Text + "\n")
		}
		f.Add(s)
	}
	vocabulary := own.String()
	f.Fuzz(func(t *testing.T, text string) {
		k := secret.New(text)
		out := KeyHint(k)
		fatal := false
		for _, fl := range CheckKey(k) {
			require.NotEmpty(t, fl.Code)
			require.NotEmpty(t, fl.Text)
			out += "\n" + fl.Text
			fatal = fatal || fl.Fatal
		}
		if len(text) < minSecret && text != "" {
			require.True(t, fatal, "a key this short must be refused")
		}
		for i := 0; i+8 <= len(text); i++ {
			if part := text[i : i+8]; strings.Contains(out, part) && !strings.Contains(vocabulary, part) {
				t.Fatalf("shows part of the key: %q", out)
			}
		}
	})
}
