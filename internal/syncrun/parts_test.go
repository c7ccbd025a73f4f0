package syncrun_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// A setting over a limit of the server is skipped; the rows and the other settings are
// uploaded.
func TestSync_ServerRefusesOneSetting_UploadsTheRestAndWarns(t *testing.T) {
	t.Parallel()
	path := writeLog(t, t.TempDir(), "offline-run-x", official, bodies(
		some(runBody(func(r *record.Run) { r.Group = strings.Repeat("g", 129) }), &record.Config{Update: []record.Item{{Key: "lr", Value: []byte("0.5")}}}),
		rowsOf(0, 3), some(&record.Exit{}))...)
	s := newServer()
	r := syncPaths(t, s, syncrun.Options{}, path)[0]
	require.NoError(t, r.Err)
	assert.Equal(t, syncrun.Synced, r.Outcome)
	assert.EqualValues(t, 3, r.RowsSent)
	assert.Equal(t, "named", r.Name)
	assert.Contains(t, s.config, `"lr"`)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "group was skipped")
	assert.Contains(t, r.Warnings[0], "128 limit exceeded")
}
