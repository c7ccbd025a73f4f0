package plaintext_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
)

func TestJSON_HostileText_IsPrintableAndTheSameValue(t *testing.T) {
	t.Parallel()
	for name, text := range hostile.Texts() {
		document, err := json.Marshal(map[string]string{text: "größer 🦆"})
		require.NoError(t, err)
		got := plaintext.JSON(document)
		assert.Empty(t, hostile.Raw(string(got)), name)
		assert.JSONEq(t, string(document), string(got), name)
		assert.Equal(t, string(got), string(plaintext.JSON(got)), name)
	}
	assert.Equal(t, `{"a":"\ufffd\u007f\udb40\udc41"}`+"\n", string(plaintext.JSON([]byte("{\"a\":\"\xff\x7f\U000e0041\"}\n")))) //nolint:testifylint // byte for byte
	plain := []byte("{\n  \"a\": \"ü\"\n}")
	assert.Same(t, &plain[0], &plaintext.JSON(plain)[0], "not copied")
}
