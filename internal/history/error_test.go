package history_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
)

func TestRowError_ListsFirstKeys(t *testing.T) {
	t.Parallel()
	var e history.Encoder
	row := map[string]any{"_step": 1}
	for i := range 8 {
		row[fmt.Sprintf("k%d", i)] = func() {}
	}
	_, err := e.AppendRow(nil, row, history.Meta{})
	require.Error(t, err)
	assert.Equal(t, `key "_step" left out: the key is reserved; key "k0" left out: a func() cannot be logged; `+
		`key "k1" left out: a func() cannot be logged; key "k2" left out: a func() cannot be logged; `+
		`key "k3" left out: a func() cannot be logged; and 4 more`, err.Error())
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	input, ok := errors.AsType[*errors.InputError](err)
	require.True(t, ok)
	assert.Equal(t, `metric "_step"`, input.Field)
}
