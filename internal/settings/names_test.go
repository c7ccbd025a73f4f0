package settings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
)

func TestCheckNames(t *testing.T) {
	t.Parallel()
	checks := map[string]func(string) error{
		"entity": CheckEntity, "project": CheckProject, "run id": CheckRunID, "tag": CheckTag,
		"job type": CheckJobType, "name": CheckName, "group": CheckGroup, "notes": CheckNotes,
	}
	long := strings.Repeat
	tests := []struct{ field, value, rule string }{
		{"entity", "acme", ""},
		{"entity", "", ""},
		{"entity", "acme-Team_1", ""},
		{"entity", "None", ""},
		{"entity", "your_entity_name", ""},
		{"entity", "--id=abc", "must not begin with '-'"},
		{"entity", "-x", "must not begin with '-'"},
		{"entity", "id=abc", "must not contain '='"},
		{"entity", "acme/vision", "set entity and project separately"},
		{"entity", "https://wandb.ai/acme", "not a URL"},
		{"entity", " ", "must not be blank"},
		{"entity", "acme\n", "white space"},
		{"entity", "ac\x00me", "control characters"},
		{"entity", "ac\u0085me", "control characters"},
		{"entity", "ac\xffme", "valid UTF-8"},
		{"entity", "..", "relative path"},
		{"entity", long("a", 128), ""},
		{"entity", long("a", 129), "128 characters"},
		{"entity", hexKey, "looks like an API key"},
		{"entity", "local-" + hexKey, "looks like an API key"},
		{"entity", modern, "looks like an API key"},
		{"entity", "acme/" + hexKey, "must not contain '/'"},
		{"project", "vision", ""},
		{"project", hexKey, "looks like an API key"},
		{"project", "local-" + hexKey, "looks like an API key"},
		{"project", modern, "looks like an API key"},
		{"project", "a/" + hexKey, "must not contain '/'"},
		{"run id", hexKey, ""}, // a commit
		{"run id", "local-" + hexKey, "looks like an API key"},
		{"run id", modern, "looks like an API key"},
		{"run id", "a/" + hexKey, `must not contain "/"`},
		{"name", hexKey, ""},
		{"name", "local-" + hexKey, "looks like an API key"},
		{"name", modern, "looks like an API key"},
		{"name", "a\n" + hexKey, "control characters"},
		{"group", hexKey, ""},
		{"group", modern, "looks like an API key"},
		{"job type", modern, "looks like an API key"},
		{"tag", hexKey, ""},
		{"tag", "local-" + hexKey, "looks like an API key"},
		{"tag", modern, "looks like an API key"},
		{"project", "", ""},
		{"project", "my vision", ""},
		{"project", long("ä", 128), ""},
		{"project", long("ä", 129), "128 characters"},
		{"project", "a/b", "must not contain '/'"},
		{"project", `a\b`, `must not contain '\'`},
		{"project", "a#b", "must not contain '#'"},
		{"project", "a?b", "must not contain '?'"},
		{"project", "a%b", "must not contain '%'"},
		{"project", "a:b", "must not contain ':'"},
		{"project", "https://wandb.ai/acme/vision", "not a URL"},
		{"project", "a\tb", "control characters"},
		{"project", " a", "white space"},
		{"project", ".", "relative path"},
		{"run id", "abc12345", ""},
		{"run id", "", ""},
		{"run id", "-a b", ""},
		{"run id", long("a", 513), "512 characters"},
		{"run id", "a ", "white space"},
		{"run id", "  ", "blank"},
		{"run id", "a\nb", "control characters"},
		{"run id", "..", "relative path"},
		{"run id", "a:b", `must not contain ":"`},
		{"run id", "a;b", `must not contain ";"`},
		{"run id", "a,b", `must not contain ","`},
		{"run id", "a#b", `must not contain "#"`},
		{"run id", "a?b", `must not contain "?"`},
		{"run id", "a/b", `must not contain "/"`},
		{"run id", "a'b", `must not contain "'"`},
		{"tag", "baseline", ""},
		{"tag", " b", ""},
		{"tag", "", "must not be empty"},
		{"tag", long("ä", 64), ""},
		{"tag", long("ä", 65), "64 characters"},
		{"tag", "a\nb", "control characters"},
		{"job type", "", ""},
		{"job type", long("j", 64), ""},
		{"job type", long("j", 65), "64 characters"},
		{"name", "sunny-dew-1 / α", ""},
		{"name", long("n", 1025), "1024 characters"},
		{"name", "a\x1b[31m", "control characters"},
		{"group", "", ""},
		{"group", "\xff", "valid UTF-8"},
		{"notes", "one\n\ttwo", ""},
		{"notes", "a\x00", "NUL"},
		{"notes", "\xff", "valid UTF-8"},
		{"notes", long("n", 1<<20+1), "1048576 bytes"},
	}
	for _, tt := range tests {
		name := tt.field + " " + shown(tt.value)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checks[tt.field](tt.value)
			if tt.rule == "" {
				require.NoError(t, err)
				return
			}
			in := requireInputError(t, err, tt.field)
			assert.Contains(t, in.Rule, tt.rule)
			assert.Less(t, len(in.Value), 300)
			for _, key := range []string{hexKey, modern} {
				assertSecretFree(t, key, err.Error()+in.Value)
				// fmt calls no method on a copy, nor on an unexported field.
				assertSecretFree(t, key, fmt.Sprintf("%+v %#v %q", *in, *in, struct{ in errors.InputError }{*in}))
			}
		})
	}
}

// The key in use is found wherever it was pasted, whatever its
// form.
func TestCheckHoldsNoKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, key, text string
		holds           bool
	}{
		{"the key", hexKey, hexKey, true},
		{"the key among words", modern, "run with " + modern, true},
		{"another key, or a commit", hexKey, otherKey, false},
		{"no key", "", "vision", false},
		{"a placeholder for one", "your_api_key", "your_api_key", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := CheckHoldsNoKey(secret.New(tt.key), "tag", tt.text)
			if !tt.holds {
				require.NoError(t, err)
				return
			}
			in := requireInputError(t, err, "tag")
			assert.Empty(t, in.Value)
			assertSecretFree(t, tt.key, err.Error())
		})
	}
}

func TestShown_Secret_IsNotRepeated(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `"a\nb"`, shown("a\nb"))
	assert.Equal(t, `"`+strings.Repeat("a", 60)+`…"`, shown(strings.Repeat("a", 61)))
	assert.Equal(t, `"`+strings.Repeat("€", 20)+`…"`, shown(strings.Repeat("€", 30)), "cut between characters")
	assert.Empty(t, shown("https://jo:hush@h"))
	assert.Equal(t, `"[redacted]"`, shown(hexKey))
	assert.Equal(t, `"acme/[redacted]"`, shown("acme/"+hexKey))
	assert.Equal(t, `"prefix [redacted]"`, shown("prefix "+modern))
	assert.NotContains(t, shown(strings.Repeat(" ", 50)+hexKey), hexKey[:5], "it is not cut first")
}
