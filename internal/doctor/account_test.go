package doctor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNames_ManyOrIncomplete_SaysSo(t *testing.T) {
	t.Parallel()
	assert.Empty(t, names(nil, true))
	assert.Equal(t, "a, b\\x1b c (possibly more)", names([]string{"a", "b\x1b\nc"}, false))
	many := make([]string, 20)
	for i := range many {
		many[i] = "t"
	}
	assert.Contains(t, names(many, true), "and 8 more")
}

func TestAccountKind_EachType_IsDescribed(t *testing.T) {
	t.Parallel()
	for accountType, want := range map[string]string{
		"": "", "USER": "", "SERVICE": "service account", "ORG_SERVICE": "organization service account",
		"ANONYMOUS": "anonymous account", "VIEWER": "view-only account", "ROBOT": "account type ROBOT",
	} {
		assert.Equal(t, want, AccountKind(accountType))
	}
}
