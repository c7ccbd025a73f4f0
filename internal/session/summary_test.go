package session

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
)

func TestSetSummary_LongPath_RunEndsWithEveryKey(t *testing.T) {
	t.Parallel()
	path := slices.Repeat([]string{"a"}, 1001)
	s := disabled(nil)
	require.NoError(t, s.SetSummary(1, "z"))
	var deep any = 1
	for range 100 {
		deep = []any{deep}
	}
	require.NoError(t, s.SetSummary(deep, path[:900]...))
	require.ErrorIs(t, s.SetSummary(1, path...), errors.ErrInvalidInput)
	var keys []string
	for _, item := range s.summaryRecord().Update {
		keys = append(keys, item.Key)
	}
	assert.Equal(t, []string{"a", "z"}, keys)
	require.NoError(t, s.Finish(t.Context(), 0))
}
