package tfevents

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTensor_FewNumbersForALargeShape_AreRefused(t *testing.T) {
	t.Parallel()
	large := tensor{typ: typeFloat, shape: []int64{maxElements}, numbers: []float64{1}}
	_, err := large.scalar()
	require.ErrorIs(t, err, errTensor)
	_, err = large.elements()
	require.ErrorIs(t, err, errTensor)
	same := tensor{typ: typeFloat, shape: []int64{2, 3}, numbers: []float64{1}}
	numbers, err := same.elements()
	require.NoError(t, err)
	require.Len(t, numbers, 6)
}

func TestDecode_TensorThatIsNoScalar_IsOfAKindThatIsNotRead(t *testing.T) {
	t.Parallel()
	vector := []byte{1 << 3, typeFloat, 2<<3 | 2, 4, 2<<3 | 2, 2, 1 << 3, 3}
	for plugin, kind := range map[string]string{"": "tensor", "scalars": "tensor", "mesh": "mesh"} {
		v := value{plugin: plugin, tensor: vector}
		decoded, err := v.decode()
		require.NoError(t, err)
		require.Nil(t, decoded)
		require.Equal(t, kind, v.kind)
	}
	for _, plugin := range []string{"images", "histograms", "pr_curves"} {
		v := value{plugin: plugin, tensor: vector}
		_, err := v.decode()
		require.Error(t, err, plugin)
	}
}

func TestEachValue_Canceled_Ends(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	e := event{summary: []byte{1<<3 | 2, 0, 1<<3 | 2, 0}}
	seen := 0
	err := e.eachValue(ctx, func([]byte) error {
		seen++
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, seen)
}
