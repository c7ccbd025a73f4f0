package errors

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProtectedAlias_IsTheOneThatTheMessageNames(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"alias production is protected":                            "production",
		`Alias "prod v2" is protected`:                             "",
		`permission denied: "prod v2" is a protected alias`:        "prod v2",
		"cannot remove protected alias: production":                "production",
		`cannot remove protected alias "production" of flowers:v3`: "production",
		"aliases a, b are protected":                               "",
		"the version has a protected alias":                        "",
		"it has an alias that is protected":                        "",
		"":                                                         "",
	} {
		assert.Equal(t, want, protectedAlias(message), message)
	}
	e := &PermissionError{Cause: ErrProtectedAlias, Confidence: Certain, Message: `"a b" is a protected alias`}
	assert.Contains(t, e.Error(), `alias "a b" is protected, and the account of this API key may not assign or remove it`)
	e.Message = "it has a protected alias"
	assert.Contains(t, e.Error(), "an alias is protected, and ")
}
