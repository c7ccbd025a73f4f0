package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
)

// TestNamesAreShared has the keys of rows in memory once, but not every key that
// a strange file comes up with.
//
//nolint:paralleltest // it counts allocations
func TestNamesAreShared(t *testing.T) {
	var d Decoder
	var rec Entry
	row := Append(nil, &Entry{Body: &record.History{Items: []record.Item{{NestedKey: []string{"loss"}, Value: []byte("1")}}}})
	require.NoError(t, d.Decode(&rec, row))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = d.Decode(&rec, row) }))
	for i := range 3 * maxNames {
		key := fmt.Sprint(i)
		p := Append(nil, &Entry{Body: &record.History{Items: []record.Item{{Key: key}, {Key: strings.Repeat(key, maxNameSize)}}}})
		require.NoError(t, d.Decode(&rec, p))
		require.Equal(t, key, rec.Body.(*record.History).Items[0].Key)
	}
	assert.Len(t, d.names, maxNames)
}

func TestDecode_FieldsBesideTheBody_LeaveTheBody(t *testing.T) {
	t.Parallel()
	for name, field := range map[string][]byte{"uuid": appendString(nil, fieldUUID, "id"), "info": appendString(nil, fieldInfo, "id")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := Decode(append(Append(nil, &Entry{Num: 1, Body: &record.Exit{Code: 3}}), field...))
			require.NoError(t, err)
			assert.Equal(t, &record.Exit{Code: 3}, e.Body)
		})
	}
}
