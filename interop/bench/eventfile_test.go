package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/tfevents"
)

func TestEventFile_Rows_AreRead(t *testing.T) {
	t.Parallel()
	d := dataset{t.TempDir(), 2, 3, 2}
	require.NoError(t, tensorBoard{}.write(t.Context(), d))
	dirs, err := tfevents.Find(t.Context(), d.path("events"))
	require.NoError(t, err)
	require.Len(t, dirs, 2)
	assert.Equal(t, runName(1), dirs[1].Name)
	contents, err := dirs[1].Scan(t.Context())
	require.NoError(t, err)
	assert.Empty(t, contents.Damage)
	var rows []tfevents.Row
	require.NoError(t, contents.Rows(t.Context(), func(r tfevents.Row) error {
		rows = append(rows, r)
		return nil
	}))
	require.Len(t, rows, 3)
	assert.Equal(t, int64(2), rows[2].Step)
	assert.Len(t, rows[2].Values, 2)
	assert.InDelta(t, value(2, 1), rows[2].Values["train/m1"], 1e-6)
}
