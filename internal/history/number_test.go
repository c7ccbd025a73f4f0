package history_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/history"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	half := 0.5
	var enc history.Encoder
	for _, tt := range []struct {
		name string
		in   any
		want any
		num  float64 // 0 for none
	}{
		{"float", 1.5, 1.5, 1.5},
		{"int", 2, 2, 2},
		{"float32 as written", float32(0.1), float32(0.1), 0.1},
		{"int64", int64(3), int64(3), 3},
		{"int32", int32(3), int32(3), 3},
		{"int16", int16(3), int16(3), 3},
		{"int8", int8(3), int8(3), 3},
		{"uint", uint(3), uint(3), 3},
		{"uint64", uint64(3), uint64(3), 3},
		{"uint32", uint32(3), uint32(3), 3},
		{"uint16", uint16(3), uint16(3), 3},
		{"uint8", uint8(3), uint8(3), 3},
		{"duration in seconds", 1500 * time.Millisecond, 1500 * time.Millisecond, 1.5},
		{"pointer", &half, history.Encoded("0.5"), 0.5},
		{"nil pointer", (*float64)(nil), nil, 0},
		{"nil", nil, nil, 0},
		{"named kind", time.Month(3), history.Encoded("3"), 3},
		{"json.Number", json.Number("1e3"), history.Encoded("1e3"), 1000},
		{"bool", true, true, 0},
		{"number in text", "5", "5", 0},
		{"list", []int{1}, history.Encoded("[1]"), 0},
		{"encoded infinity", history.Encoded("-Infinity"), history.Encoded("-Infinity"), math.Inf(-1)},
		{"encoded number", history.Encoded("1e400"), history.Encoded("1e400"), math.Inf(1)},
	} {
		row := enc.Split(map[string]any{"v": tt.in})
		require.NoError(t, row.Err(), tt.name)
		assert.Equal(t, tt.want, row.Values[0], tt.name)
		n, ok := history.Number(row.Values[0])
		assert.Equal(t, tt.num != 0, ok, tt.name)
		assert.Equal(t, tt.num, n, tt.name) //nolint:testifylint // exactly this number
	}
	n, ok := history.Number(history.Encoded("NaN"))
	assert.True(t, ok && math.IsNaN(n))
	_, ok = history.Number(history.Encoded(nil))
	assert.False(t, ok)
}
