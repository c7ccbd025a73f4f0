package penguins

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRestore_AnotherTrainer_ContinuesWithEqualEpochs(t *testing.T) {
	t.Parallel()
	o := Defaults()
	whole := train(t, o)
	first, err := NewTrainer(o)
	require.NoError(t, err)
	for range 25 {
		first.Next()
	}
	data, err := first.Save()
	require.NoError(t, err)

	second, err := NewTrainer(o)
	require.NoError(t, err)
	require.NoError(t, second.Restore(data))
	for done, i := false, 25; !done; i++ {
		var e Epoch
		e, done = second.Next()
		require.Equal(t, whole[i], e)
	}
}

func TestRestore_InvalidCheckpoint_FailsAndChangesNothing(t *testing.T) {
	t.Parallel()
	trainer, err := NewTrainer(Defaults())
	require.NoError(t, err)
	good, err := trainer.Save()
	require.NoError(t, err)
	other := Defaults()
	other.LearningRate /= 2
	otherTrainer, err := NewTrainer(other)
	require.NoError(t, err)
	otherData, err := otherTrainer.Save()
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"no data": nil, "truncated": good[:len(good)/2], "empty": []byte("{}"), "other options": otherData,
	} {
		assert.Error(t, trainer.Restore(data), name)
	}
	e, _ := trainer.Next()
	assert.Equal(t, train(t, Defaults())[0], e, "the training is unchanged")
}
