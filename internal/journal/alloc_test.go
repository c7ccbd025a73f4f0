package journal

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

//nolint:paralleltest // it counts allocations
func TestWritingARowAllocatesNothing(t *testing.T) {
	for name, sync := range map[string]SyncPolicy{"never synced": SyncNever, "each synced": SyncAlways} {
		t.Run(name, func(t *testing.T) { writingAllocatesNothing(t, sync) })
	}
}

func writingAllocatesNothing(t *testing.T, sync SyncPolicy) {
	t.Helper()
	w := newWriter("run.wandb", &nullDisk{}, Options{Sync: sync})
	line := []byte(`{"loss":0.5,"a":{"b":NaN,"c":[1,2]},"_step":3,"_runtime":1.5,"_timestamp":1795432414.31}`)
	row := &record.Row{Line: line, Step: 3}
	rec := &record.History{Items: []record.Item{{NestedKey: []string{"a", "b"}, Value: []byte("1")}}, Step: 1}
	for range 2000 { // until the buffers have their size
		require.NoError(t, w.AppendRow(row))
	}
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.AppendRow(row) }))
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.AppendSummaryLine(line) }))
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.Append(rec) }))
	require.NoError(t, w.Close())
}

type nullDisk struct{}

func (*nullDisk) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (*nullDisk) Sync() error                            { return nil }
func (*nullDisk) Close() error                           { return nil }
func (*nullDisk) Deleted() bool                          { return false }
