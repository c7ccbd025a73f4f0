package identity

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	assert.Equal(t, &Claims{"https://issuer.example.com", "jo", at}, claimsOf(wandbtest.IdentityToken("jo", at)))
	for text, want := range map[string]*Claims{
		"": nil, "a.b": nil, "a.?.c": nil, "a.YQ.c": nil, "a.e30.c": {}, "a.e30=.c": {},
		"a.eyJleHAiOjFlMzB9.c": {}, // {"exp":1e30}
	} {
		assert.Equal(t, want, claimsOf(text), text)
	}
	path := filepath.Join(t.TempDir(), "token")
	_, _, err := Read(path)
	require.ErrorContains(t, err, path)
	require.NoError(t, os.WriteFile(path, []byte(" notakey \n"), 0o600))
	token, claims, err := Read(path)
	require.NoError(t, err)
	assert.Equal(t, "notakey", token.Reveal())
	assert.Nil(t, claims)
}
