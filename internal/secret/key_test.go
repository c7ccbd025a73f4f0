package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const text = "notakey0123456789abcdef0123456789abcdef0"

// holder has a key in every position that printing treats differently.
type holder struct {
	Field   Key
	Pointer *Key
	Slice   []Key
	Map     map[string]Key
	Any     any
	hidden  Key
}

func newHolder() holder {
	k := New(text)
	return holder{k, &k, []Key{k}, map[string]Key{"a": k}, k, k}
}

func TestKey_EveryWayOfPrinting_HidesIt(t *testing.T) {
	t.Parallel()
	k, h := New(text), newHolder()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
		for _, v := range []any{k, &k, []Key{k}, map[Key]Key{k: k}, struct{ Key Key }{k}} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	fmt.Fprintln(&out, k, fmt.Errorf("wrapped: %v", k))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("m", "key", k, "pointer", &k, "holder", h, "group", slog.GroupValue(slog.Any("k", k)))
	}
	js, err := json.Marshal(map[string]any{"key": k, "holder": h})
	require.NoError(t, err)
	out.Write(js)

	assert.NotContains(t, out.String(), text)
	assert.NotContains(t, out.String(), fmt.Sprintf("%x", text))
	assert.NotContains(t, out.String(), fmt.Sprintf("%X", text))
	assert.Contains(t, out.String(), Redacted)
}

// fmt calls no methods on unexported fields.
func TestKey_UnexportedField_HidesIt(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		out := fmt.Sprintf(verb, newHolder())
		assert.NotContains(t, out, text, verb)
		assert.NotContains(t, out, fmt.Sprintf("%x", text), verb)
	}
}

func TestReveal_KeyOrNone_ReturnsTheText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, text, New(text).Reveal())
	assert.False(t, New(text).Empty())
	assert.Equal(t, Redacted, New(text).String())
	assert.Equal(t, Redacted, fmt.Sprintf("%s", New(text)))
	assert.Equal(t, "secret.Key("+Redacted+")", fmt.Sprintf("%#v", New(text)))
	assert.Equal(t, New(text[:20]+text[20:]), New(text), "keys compare by text")
	assert.NotEqual(t, New(text+"0"), New(text))
	assert.Equal(t, Key{}, New(""))
	assert.True(t, Key{}.Empty())
	assert.Empty(t, Key{}.String())
	assert.Empty(t, Key{}.Reveal())
}

func TestScrub_KeyInText_IsReplaced(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte("api:" + text))
	for _, tt := range []struct{ name, key, in, want string }{
		{"raw", text, "key " + text + " twice " + text, "key [redacted] twice [redacted]"},
		{"basic", text, "Authorization: Basic " + basic, "Authorization: Basic [redacted]"},
		{"absent", text, "nothing here", "nothing here"},
		{"short keys are left", "abc", "abc", "abc"},
		{"empty key", "", "text", "text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, New(tt.key).Scrub(tt.in))
		})
	}
}

func TestKey_MAC_DependsOnKeyAndParts(t *testing.T) {
	t.Parallel()
	key := New("notakey-of-jo")
	code := key.MAC("a", "bc")
	assert.Len(t, code, 32)
	assert.Equal(t, code, key.MAC("a", "bc"))
	assert.NotEqual(t, code, key.MAC("ab", "c"))
	assert.NotEqual(t, code, New("notakey-of-mallory").MAC("a", "bc"))
	assert.Nil(t, Key{}.MAC("a"))
}
