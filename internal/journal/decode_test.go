package journal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNamesAreShared has the keys of rows in memory once, but not every key that
// a strange file comes up with.
//
//nolint:paralleltest // it counts allocations
func TestNamesAreShared(t *testing.T) {
	var d decoder
	var rec Record
	row := AppendRecord(nil, &Record{Body: &History{Items: []Item{{NestedKey: []string{"loss"}, Value: []byte("1")}}}})
	require.NoError(t, d.record(&rec, row))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = d.record(&rec, row) }))
	for i := range 3 * maxNames {
		key := fmt.Sprint(i)
		p := AppendRecord(nil, &Record{Body: &History{Items: []Item{{Key: key}, {Key: strings.Repeat(key, maxNameSize)}}}})
		require.NoError(t, d.record(&rec, p))
		require.Equal(t, key, rec.Body.(*History).Items[0].Key)
	}
	assert.Len(t, d.names, maxNames)
}

//nolint:paralleltest // it counts allocations
func TestWritingARowAllocatesNothing(t *testing.T) {
	w := newWriter("run.wandb", &nullDisk{}, Options{})
	line := []byte(`{"loss":0.5,"a":{"b":NaN,"c":[1,2]},"_step":3,"_runtime":1.5,"_timestamp":1795432414.31}`)
	rec := Record{Body: &History{Items: []Item{{NestedKey: []string{"a", "b"}, Value: []byte("1")}}, Step: 1}}
	for range 2000 { // until the buffers have their size
		require.NoError(t, w.AppendHistoryLine(line, 3))
	}
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.AppendHistoryLine(line, 3) }))
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.AppendSummaryLine(line) }))
	assert.Zero(t, testing.AllocsPerRun(2000, func() { _ = w.Append(rec) }))
	require.NoError(t, w.Close())
}

type nullDisk struct{}

func (*nullDisk) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (*nullDisk) Sync() error                            { return nil }
func (*nullDisk) Close() error                           { return nil }
func (*nullDisk) Deleted() bool                          { return false }
