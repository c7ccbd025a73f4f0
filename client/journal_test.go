package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// Whatever the choice, a finished run is whole on disk; with JournalSyncRow a row is
// there when Log returns, and not only within a second.
func TestJournalSync(t *testing.T) {
	t.Parallel()
	for name, choice := range map[string]client.JournalSync{
		"at end": client.JournalSyncAtEnd, "interval": client.JournalSyncInterval, "row": client.JournalSyncRow,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, wandbtest.New(t, everybody()), key("member"), func(o *client.Options) { o.JournalSync = choice })
			run, err := c.Init(t.Context(), client.RunOptions{Mode: "offline"})
			require.NoError(t, err)
			for i := range 3 {
				require.NoError(t, run.Log(map[string]any{"i": i}))
				if choice == client.JournalSyncRow {
					assert.Len(t, onDisk(t, run.Dir()).Rows, i+1, "rows on disk when Log returns")
				}
			}
			require.NoError(t, run.Finish(t.Context()))
			assert.Len(t, onDisk(t, run.Dir()).Rows, 3)
		})
	}
}

func TestJournalSyncUnknown(t *testing.T) {
	t.Parallel()
	_, err := client.New(client.Options{JournalSync: 7, Getenv: alone})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, "journal sync")
}
