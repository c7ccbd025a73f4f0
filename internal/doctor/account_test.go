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
