package wire_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// scanned is what a scanner finds in an entry.
func scanned(t *testing.T, payload []byte) (kind wire.Kind, update, remove []record.Item, step int64) {
	t.Helper()
	kind, body, err := wire.Peek(payload)
	require.NoError(t, err)
	var s wire.ItemScanner
	require.NoError(t, s.Scan(kind, body, func() {
		it := record.Item{Key: string(s.Key), Value: bytes.Clone(s.Value)}
		for _, k := range s.Nested {
			it.NestedKey = append(it.NestedKey, string(k))
		}
		if s.Removed {
			remove = append(remove, it)
		} else {
			update = append(update, it)
		}
	}))
	return kind, update, remove, s.Step
}

func TestItemScanner_RowsAndSummaries_FindsWhatADecoderDoes(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), 200)
	items := []record.Item{
		{Key: "loss", Value: []byte("0.5")},
		{NestedKey: []string{"val", "acc"}, Value: []byte("1")},
		{Key: string(long), Value: append(append([]byte(`"`), long...), '"')},
		{Key: "none"},
	}
	kind, update, remove, step := scanned(t, wire.Append(nil, &wire.Entry{Num: 7, Body: &record.History{Items: items, Step: 42}}))
	assert.Equal(t, wire.KindHistory, kind)
	assert.Equal(t, items, update)
	assert.Empty(t, remove)
	assert.EqualValues(t, 42, step)

	kind, update, remove, _ = scanned(t, wire.Append(nil, &wire.Entry{Body: &record.Summary{Update: items[:2], Remove: items[2:]}}))
	assert.Equal(t, wire.KindSummary, kind)
	assert.Equal(t, items[:2], update)
	assert.Equal(t, items[2:], remove)

	kind, _, err := wire.Peek(wire.Append(nil, &wire.Entry{Body: &record.Exit{Code: 1}}))
	require.NoError(t, err)
	assert.Equal(t, wire.KindOther, kind)
	_, _, err = wire.Peek([]byte{0xff})
	require.ErrorIs(t, err, wire.ErrRecord)
	var s wire.ItemScanner
	for _, body := range [][]byte{{0x0a, 5, 1}, {0x0a, 2, 0x0a, 9}, {0x12, 1, 0xff}} {
		require.ErrorIs(t, s.Scan(wire.KindHistory, body, func() {}), wire.ErrRecord)
	}
}

func FuzzItemScanner(f *testing.F) {
	f.Add(wire.Append(nil, &wire.Entry{Body: &record.History{Items: []record.Item{{Key: "a", Value: []byte("1")}}, Step: 3}}))
	f.Add([]byte{0x12, 4, 0x0a, 2, 0x82, 0x01})
	f.Fuzz(func(t *testing.T, payload []byte) {
		entry, err := wire.Decode(payload)
		if err != nil {
			return
		}
		row, ok := entry.Body.(*record.History)
		if !ok {
			return
		}
		kind, update, _, step := scanned(t, payload)
		if kind != wire.KindHistory {
			return // two bodies in one entry: the last counts
		}
		require.Len(t, update, len(row.Items))
		require.Equal(t, row.Step, step)
		for i := range update {
			require.Equal(t, row.Items[i].Key, update[i].Key)
			require.True(t, bytes.Equal(row.Items[i].Value, update[i].Value))
		}
	})
}
