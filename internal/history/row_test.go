package history_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/internal/history"
)

func TestRows(t *testing.T) {
	t.Parallel()
	var rows history.Rows
	row := rows.Split(map[string]any{"b": 2, "a": 1})
	assert.Equal(t, []string{"a", "b"}, row.Keys)
	assert.Equal(t, []any{1, 2}, row.Values)
	assert.Nil(t, row.Memo)
	row.Memo = "known"
	row.Release()
	assert.Equal(t, []any{nil, nil}, row.Values, "they are the caller's")

	row = rows.Split(map[string]any{"a": 3, "b": nil})
	assert.Equal(t, "known", row.Memo)
	assert.Equal(t, []any{3, nil}, row.Values)

	for name, other := range map[string]map[string]any{
		"fewer":     {"a": 1},
		"more":      {"a": 1, "b": 2, "c": 3},
		"as many":   {"a": 1, "c": 2},
		"none":      {},
		"no row":    nil,
		"empty key": {"": 1, "b": 2},
	} {
		row := rows.Split(other)
		assert.Len(t, row.Keys, len(other), name)
		if len(other) > 0 {
			assert.Nil(t, row.Memo, name)
		}
		for i, key := range row.Keys {
			assert.Equal(t, other[key], row.Values[i], name)
		}
	}
}

// TestRowsRememberFewKeySets: the ones used last stay.
func TestRowsRememberFewKeySets(t *testing.T) {
	t.Parallel()
	var rows history.Rows
	set := func(i int) map[string]any { return map[string]any{fmt.Sprint("key", i): i} }
	for i := range 4 {
		rows.Split(set(i)).Memo = i
	}
	assert.Equal(t, 0, rows.Split(set(0)).Memo)
	assert.Nil(t, rows.Split(set(4)).Memo, "takes the place of 1")
	for _, i := range []int{0, 2, 3} {
		assert.Equal(t, i, rows.Split(set(i)).Memo)
	}
	assert.Nil(t, rows.Split(set(1)).Memo)
}
