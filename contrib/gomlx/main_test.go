package gomlx_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/gomlx/pkg/ml/datasets"
	"github.com/gomlx/gomlx/pkg/ml/layers"
	"github.com/gomlx/gomlx/pkg/ml/train"
	"github.com/gomlx/gomlx/pkg/ml/train/losses"
	"github.com/gomlx/gomlx/pkg/ml/train/optimizers"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newLoop returns a loop that fits a line, and its data, on the pure Go backend.
func newLoop(params map[string]any) (loop *train.Loop, ds, validation train.Dataset, end func(), err error) {
	backend, err := simplego.New("")
	if err != nil {
		return nil, nil, nil, nil, err
	}
	points, err := line(backend, "line", 64)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	held, err := line(backend, "held out", 16)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	ctx := context.New()
	ctx.SetParam(optimizers.ParamLearningRate, 0.1)
	ctx.SetParams(params)
	return loopOf(backend, ctx), points.Infinite(true), held, backend.Finalize, nil
}

func loopOf(backend backends.Backend, ctx *context.Context) *train.Loop {
	trainer := train.NewTrainer(backend, ctx, model, losses.MeanSquaredError, optimizers.StochasticGradientDescent().Done(), nil, nil)
	return train.NewLoop(trainer)
}

// line returns points of y = 3x + 1, in batches of 16.
func line(backend backends.Backend, name string, n int) (*datasets.InMemoryDataset, error) {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	x, y := make([][]float32, n), make([][]float32, n)
	for i := range x {
		v := random.Float32()
		x[i], y[i] = []float32{v}, []float32{3*v + 1}
	}
	ds, err := datasets.InMemoryFromData(backend, name, []any{x}, []any{y})
	if err != nil {
		return nil, err
	}
	return ds.BatchSize(16, true), nil
}

func model(ctx *context.Context, _ any, inputs []*graph.Node) []*graph.Node {
	return []*graph.Node{layers.Dense(ctx.In("model"), inputs[0], true, 1)}
}
