package jsontext

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPick(t *testing.T) {
	t.Parallel()
	const text = `{"a": NaN, "b":{"c":[1, 2]},"é\"":1}`
	for want, keys := range map[string][]string{
		text: nil, `{"a":NaN}`: {"a", "x"}, `{"b":{"c":[1, 2]},"é\"":1}`: {"b", `é"`}, `{}`: {"x"},
	} {
		assert.Equal(t, want, Pick(text, keys))
	}
	assert.Equal(t, "{}", Pick("nope", []string{"x"}))
	for name, want := range map[string]string{"b": `{"c":[1, 2]}`, "a": "NaN", "x": ""} {
		assert.Equal(t, want, Member(text, name))
	}
	assert.Empty(t, Member("{", "x"))
}

func TestAppendQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", "a\"b\\c", "\n\t\x00\x1f", "é😀", "bad \xff\xfe utf-8", "\u2028"} {
		var back string
		quoted := AppendQuoted(nil, text)
		require.NoError(t, json.Unmarshal(quoted, &back), "%q", quoted)
		assert.Equal(t, strings.ToValidUTF8(strings.ReplaceAll(text, "\xff\xfe", "\ufffd\ufffd"), "\ufffd"), back)
	}
}
