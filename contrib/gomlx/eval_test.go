package gomlx_test

import (
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/gomlx"
)

func TestAttachEval_LogsMetricsOfTheDataset(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.AttachEval(b.loop, b.run, b.validation, gomlx.EvalOptions{Every: 2})
	_, err := b.loop.RunSteps(b.ds, 5)
	require.NoError(t, err)

	stored := b.finish(t)
	assert.Equal(t, []float64{2, 4, 5}, stepsOf(stored))
	for _, row := range stored.History() {
		assert.Greater(t, row["eval/mean_loss"], 0.0)
	}
}

// empty is a dataset without batches.
type empty struct{}

func (empty) Name() string { return "empty" }
func (empty) Reset()       {}
func (empty) Yield() (any, []*tensors.Tensor, []*tensors.Tensor, error) {
	return nil, nil, nil, assert.AnError
}

func TestAttachEval_DatasetFails_EndsTheLoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, client.RunOptions{})
	gomlx.AttachEval(b.loop, b.run, empty{}, gomlx.EvalOptions{})
	_, err := b.loop.RunSteps(b.ds, 1)
	require.ErrorContains(t, err, assert.AnError.Error())
}
