package settings

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/smallfile"
)

func TestParseFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       map[string]string
	}{
		{"empty", "", map[string]string{}},
		{"as the official client writes", "[default]\nentity = my-team\nbase_url = https://h\n\n", map[string]string{"entity": "my-team", "base_url": "https://h"}},
		{"colon", "[default]\nentity : team\n", map[string]string{"entity": "team"}},
		{"the first delimiter counts", "[default]\nbase_url: https://h:1/a=b\n", map[string]string{"base_url": "https://h:1/a=b"}},
		{"no spaces", "[default]\nentity=team", map[string]string{"entity": "team"}},
		{"names in lower case", "[default]\nEntity = Team\n", map[string]string{"entity": "Team"}},
		{"comments on their own lines", "; a\n# b\n[default]\n  # c\nentity = team\n;x = y\n", map[string]string{"entity": "team"}},
		{"no comments behind values", "[default]\ngroup = a ; b # c\n", map[string]string{"group": "a ; b # c"}},
		{"other sections", "[other]\nentity = no\n[default]\nentity = team\n[third]\nproject = no\n", map[string]string{"entity": "team"}},
		{"no default section", "[other]\nentity = no\n", map[string]string{}},
		{"section names are exact", "[ default ]\nentity = a\n[Default]\nentity = b\n", map[string]string{}},
		{"inherited", "[DEFAULT]\nentity = a\nproject = p\n[default]\nentity = b\n", map[string]string{"entity": "b", "project": "p"}},
		{"inherited by no section", "[DEFAULT]\nentity = a\n", map[string]string{}},
		{"continued", "[default]\nnotes = one\n two\n\n\tthree\n\nentity = team\n", map[string]string{"notes": "one\ntwo\n\nthree", "entity": "team"}},
		{"comment in a continued value", "[default]\nnotes = one\n  # c\n  two\n", map[string]string{"notes": "one\ntwo"}},
		{"indented options", "[default]\n  entity = a\n  project = b\n", map[string]string{"entity": "a", "project": "b"}},
		{"no value", "[default]\nentity =\nproject = p\n", map[string]string{"entity": "", "project": "p"}},
		{"quotes stay", "[default]\nentity = \"team\"\n", map[string]string{"entity": `"team"`}},
		{"per cent", "[default]\nnotes = 50%% of 100%%\n", map[string]string{"notes": "50% of 100%"}},
		{"reference", "[default]\nentity = e\nproject = a-%(Entity)s-b\n", map[string]string{"entity": "e", "project": "a-e-b"}},
		{"CRLF", "[default]\r\nentity = team\r\n", map[string]string{"entity": "team"}},
		{"letters outside ASCII", "[default]\nentity = ü\n", map[string]string{"entity": "ü"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseFile([]byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestParseFile_Invalid_NamesTheLine(t *testing.T) {
	t.Parallel()
	var nested strings.Builder
	nested.WriteString("[default]\na0 = x\n")
	for i := 1; i < 12; i++ {
		nested.WriteString("a" + string(rune('a'+i)) + " = %(a" + string(rune('a'+i-1)) + ")s\n")
	}
	for _, tt := range []struct{ name, text, want string }{
		{"no section", "entity = e\n", "line 1: expected a section such as [default]"},
		{"no delimiter", "[default]\nentity = e\nhush-hush\n", "line 3: expected name = value"},
		{"no name", "[default]\n= hush-hush\n", "line 2: expected name = value"},
		{"option twice", "[default]\nentity = e\nENTITY = hush-hush\n", "line 3: the option appears twice"},
		{"section twice", "[default]\nentity = e\n[default]\n", "line 3: the section appears twice"},
		{"single per cent", "[default]\n\nproject = a%b\n", "line 3: a per cent sign must be written %%"},
		{"per cent at the end", "[default]\nproject = a%\n", "line 2: a per cent sign must be written %%"},
		{"unknown reference", "[default]\nproject = %(hush)s\n", "line 2: refers to an option that does not exist"},
		{"open reference", "[default]\nproject = %(project\n", "line 2: refers to an option that does not exist"},
		{"reference to itself", "[default]\nproject = %(project)s\n", "line 2: references are nested too deeply"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseFile([]byte(tt.text))
			require.EqualError(t, err, tt.want)
		})
	}
}

// This is the billion laughs attack.
func TestParseFile_NestedReferences_AreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("[default]\na = " + strings.Repeat("x", 100) + "\n")
	for c := 'b'; c <= 'j'; c++ {
		b.WriteString(string(c) + " = " + strings.Repeat("%("+string(c-1)+")s", 50) + "\n")
	}
	_, err := parseFile([]byte(b.String()))
	require.ErrorContains(t, err, "too long")
}

// No file panics or hangs, and what parses has sane names.
func FuzzSettingsFile(f *testing.F) {
	for _, s := range []string{
		"", "[default]\nentity = e\n", "[default]\na = 1\n b\n\n c\n", "[DEFAULT]\nx=%%\n[default]\ny=%(x)s\n", "[default]\na=%(b)s\nb=%(a)s\n",
		"entity = e", "[", "[]", "[default]\n=", "[default]\n:\n", "\r\n", "[default]\r\na: b\r\n", "\xff", "[default]\n%\n", "[a]b]\nc=d",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		options, err := parseFile(data)
		if err != nil {
			require.Regexp(t, `^line \d+: [a-zA-Z=\[\]% ]+$`, err.Error())
			return
		}
		for name, value := range options {
			require.Equal(t, strings.TrimSpace(name), name)
			require.LessOrEqual(t, len(value), smallfile.DefaultLimit+maxExpandedText+len(data))
		}
	})
}
