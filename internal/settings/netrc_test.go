package settings

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseNetrc(t *testing.T) {
	t.Parallel()
	const pw = "hush-hush"
	tests := []struct{ name, text, machine, want string }{
		{"one line", "machine h login user password hush-hush", "h", pw},
		{"as the official client writes", "machine h\n  login user\n  password hush-hush\n", "h", pw},
		{"port", "machine h:8080 password hush-hush", "h:8080", pw},
		{"port differs", "machine h password hush-hush", "h:8080", ""},
		{"any order", "machine h password hush-hush account x login y", "h", pw},
		{"user for login", "machine h user y password hush-hush", "h", pw},
		{"several", "machine a password 1\nmachine h password hush-hush\nmachine b password 2", "h", pw},
		{"the last of two", "machine h password old\nmachine h password hush-hush", "h", pw},
		{"default", "machine a password 1\ndefault login x password hush-hush", "h", pw},
		{"machine before default", "default password 1\nmachine h password hush-hush", "h", pw},
		{"comments", "# machine h password no\n#x\nmachine h # the server\n login x # me\n password hush-hush\n#", "h", pw},
		{"comment line without words", "#\nmachine h password hush-hush", "h", pw},
		{"hash inside a word", "machine h password a#b", "h", "a#b"},
		{"double quotes", `machine "h" password "hush-hush"`, "h", pw},
		{"spaces in quotes", `machine h password "a b \"c\" \\d"`, "h", `a b "c" \d`},
		{"escapes", `machine h password a\ b`, "h", "a b"},
		{"single quotes", "machine '[::1]:8080' password 'hush-hush'", "[::1]:8080", pw},
		{"lone single quote", "machine h password 'hush\nmachine b password x'", "h", "'hush"},
		{"macro", "macdef init\ncd /tmp\nmachine h password no\n\nmachine h password hush-hush", "h", pw},
		{"macro to the end", "machine h password hush-hush\nmacdef init\ncd /tmp", "h", pw},
		{"macro with CRLF", "macdef init\r\ncd\r\n\r\nmachine h password hush-hush\r\n", "h", pw},
		{"byte order mark", "\ufeffmachine h password hush-hush", "h", pw},
		{"machine in other case", "machine API.Example password hush-hush", "api.example", pw},
		{"no password", "machine h login user", "h", ""},
		{"password without value", "machine h login user password", "h", ""},
		{"empty", "", "h", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, err := parseNetrc([]byte(tt.text))
			require.NoError(t, err)
			entry, _ := file.find(tt.machine)
			assert.Equal(t, tt.want, entry.password.Reveal())
		})
	}
}

func TestParseNetrc_Invalid_NamesOnlyTheLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"not netrc", "hush-hush", "line 1: expected machine, default or macdef"},
		{"line break in a password", "machine h\npassword a hush-hush", "line 2: expected login, account or password"},
		{"no name", "\n\nmachine", "line 3: machine without a name"},
		{"empty name", `machine "" password hush-hush`, "line 1: machine without a name"},
		{"quoted keyword", "machine h\n\"hush-hush\"", "line 2: expected login, account or password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseNetrc([]byte(tt.text))
			require.EqualError(t, err, tt.want)
		})
	}
}

func TestParseNetrc_Entry_HasItsLine(t *testing.T) {
	t.Parallel()
	file, err := parseNetrc([]byte("# one\n\nmachine a\npassword x\n\nmachine b"))
	require.NoError(t, err)
	require.Len(t, file.entries, 2)
	assert.Equal(t, 3, file.entries[0].line)
	assert.Equal(t, 6, file.entries[1].line)
}

// No file panics or hangs, and no error shows text of the file.
func FuzzNetrc(f *testing.F) {
	for _, s := range []string{
		"", "machine h login user password secret123", "default password x", "macdef m\nfoo\n\nmachine h", "machine 'a b' password \"c\\\"d\"",
		"# c\nmachine h # c\npassword p#q", "machine", "machine h password", "\\", "'", "\"", "machine h bad token", "\ufeff", "machine h\r\npassword x\r\n",
	} {
		f.Add([]byte(s))
	}
	const allowed = "line : machine without a name expected machine, default or macdef expected login, account or password"
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parseNetrc(data)
		if err != nil {
			for word := range strings.FieldsSeq(strings.Trim(err.Error(), "0123456789")) {
				word = strings.Trim(word, "0123456789:")
				require.Contains(t, allowed, word)
			}
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range file.entries {
			require.True(t, e.isDefault || e.machine != "")
			require.LessOrEqual(t, e.line, lines)
			_, ok := file.find(e.machine)
			require.True(t, ok)
		}
	})
}
