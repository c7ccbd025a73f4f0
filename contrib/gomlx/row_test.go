package gomlx

import (
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train/metrics"
	"github.com/stretchr/testify/assert"
)

func TestMetricKeys(t *testing.T) {
	t.Parallel()
	var list []metrics.Interface
	for _, name := range []string{"Batch Loss+Regularization", "F1 (macro)", "f1/macro", "Größe", "#%"} {
		list = append(list, metrics.NewMeanMetric(name, "m", "m", nil, nil))
	}
	assert.Equal(t, []string{"x/batch_loss_regularization", "x/f1_macro", "x/f1_macro_2", "x/größe", "x/metric"}, metricKeys("x/", list))
}

func TestRowOf_SkipsWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	values := []*tensors.Tensor{
		tensors.FromScalar(float32(0.5)), tensors.FromScalar(int64(3)), tensors.FromScalar(true),
		tensors.FromScalar(complex64(1)), tensors.FromValue([]float32{1, 2}), tensors.FromScalar(1.0),
	}
	row := rowOf(7, []string{"float", "int", "bool", "complex", "vector"}, values)
	assert.Equal(t, map[string]any{Step: 7, "float": 0.5, "int": 3.0}, row)
}
