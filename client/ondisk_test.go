package client_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/rundir"
)

// diskRun is a run as it is kept on disk.
type diskRun struct {
	*journal.State
	Dir  *rundir.Dir
	Rows []map[string]any
	// Why the server did not take it, nil if it did.
	Refusal json.RawMessage
}

// onDisk reads the run in a directory.
func onDisk(t *testing.T, dir string) *diskRun {
	t.Helper()
	d := onDiskSoFar(t, dir)
	require.Empty(t, d.Skipped)
	return d
}

// onDiskSoFar is onDisk for a log that is still being written: its last record may be incomplete.
func onDiskSoFar(t *testing.T, dir string) *diskRun {
	t.Helper()
	require.NotEmpty(t, dir, "the run has no directory")
	logs, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	require.NoError(t, err)
	require.Len(t, logs, 1)
	d := &diskRun{Dir: rundir.Of(logs[0])}
	r, err := journal.Open(logs[0])
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	d.State, err = journal.Replay(r, &journal.Handler{History: func(line []byte, _ int64) error {
		var row map[string]any
		if err := json.Unmarshal(jsonx.NullNonFinite(line), &row); err != nil {
			return err
		}
		d.Rows = append(d.Rows, row)
		return nil
	}})
	require.NoError(t, err)
	require.NotNil(t, d.Run)
	d.Refusal = d.Dir.LoadRefusal()
	return d
}
