package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// values are those of a row, nested ones among them.
func values() *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Float64().AsAny(), rapid.Just[any](math.NaN()), rapid.Just[any](math.Inf(-1)), rapid.Int64().AsAny(),
		rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.Just[any](nil), rapid.SliceOfN(rapid.Float64(), 0, 3).AsAny(),
		rapid.Just[any]("bad \xff byte"),
	)
	inner := rapid.MapOfN(keys(), leaf, 0, 3)
	return rapid.OneOf(leaf, inner.AsAny(), rapid.MapOfN(keys(), inner.AsAny(), 0, 2).AsAny())
}

func keys() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"loss", "acc", "train/loss", "a.b", "x\"y", "日本", "_timestamp", "_step", ""}), rapid.String())
}

// A record made by the layout of a line is the one made by reading the line, whatever
// rows came before.
func TestRecordByLayout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var enc history.Encoder
		var byLayout, byReading wire.LineEncoder
		sets := rapid.SliceOfN(rapid.MapOfN(keys(), values(), 0, 6), 1, 4).Draw(t, "rows")
		for _, row := range append(sets, sets...) {
			split := enc.Split(row)
			line, _ := enc.AppendSplit(nil, split, history.Meta{Step: 3, HasStep: true, Runtime: 1.25, Timestamp: 1.5e9})
			want, err := byReading.AppendHistory(nil, 1, line, nil, 3)
			require.NoError(t, err)
			got, err := byLayout.AppendHistory(nil, 1, line, split.Layout(), 3)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s", line)
		}
	})
}
