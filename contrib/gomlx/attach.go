package gomlx

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train"

	"github.com/wandgo/wandgo/client"
)

// Step is the name of the metric on the x-axis: the number of train steps that are
// complete. It is a metric, and not the run's own step, so that a training that continues
// from a checkpoint can repeat steps.
const Step = "train_step"

// Priorities of the hooks; the loop calls those with lower numbers first. A checkpoint
// follows the metrics of its step, and the loop ends after both.
const (
	priorityRow        train.Priority = 100
	priorityEval       train.Priority = 110
	priorityCheckpoint train.Priority = 120
	priorityStop       train.Priority = 1000
)

// Options configure [Attach]. The zero Options log each step.
type Options struct {
	// Every logs only each n-th step, and the last one. Default: 1.
	Every int
	// Prefix stands before the names of the metrics. Default: "train/".
	Prefix string
}

// Attach logs the loop's training to the run:
//
//   - When the loop starts, the context's parameters are added to the run's config. A
//     parameter of a scope has the scope's path before its name, such as
//     "model/activation". A value that JSON cannot represent is logged as its type.
//   - After a step, the metrics that are numbers are logged as a row. "Moving Average
//     Loss" is logged as "train/moving_average_loss". Steps with a loss that is not
//     finite are logged whatever Options.Every says, because they end the training.
//   - When the run's context ends, the loop ends after the step, with the context's cause.
//
// The config is compared with what the run has already: a sweep's parameter that the
// program did not give to the context is an error, not a wrong result. If the same loop
// runs again, changed parameters replace the earlier ones.
//
// Errors are returned by the loop:
//
//   - errors.ErrInvalidInput: the config has another value for a parameter.
//   - client.ErrStopped, *client.InterruptedError and other causes of client.Run.Context.
//   - errors.ErrRunFinished after client.Run.Finish.
func Attach(loop *train.Loop, run *client.Run, opts Options) {
	if opts.Every <= 0 {
		opts.Every = 1
	}
	if opts.Prefix == "" {
		opts.Prefix = "train/"
	}
	var keys []string
	started := false
	loop.OnStart("wandgo: config", priorityRow, func(loop *train.Loop, _ train.Dataset) error {
		keys = metricKeys(opts.Prefix, loop.Trainer.TrainMetrics())
		if err := defineMetrics(run, opts.Prefix); err != nil {
			return err
		}
		set := run.UpdateConfig
		if started {
			set = run.OverwriteConfig
		}
		started = true
		return set(configOf(loop.Trainer.Context()))
	})
	hook := steps{every: opts.Every, also: lossNotFinite, do: func(step int, values []*tensors.Tensor) error {
		return run.Log(rowOf(step, keys, values))
	}}
	hook.attach(loop, "wandgo: metrics", priorityRow)
	loop.OnStep("wandgo: stop", priorityStop, func(*train.Loop, []*tensors.Tensor) error {
		return context.Cause(run.Context())
	})
}

// lossNotFinite reports whether the loop is about to end because of the loss, which is
// the first metric.
func lossNotFinite(values []*tensors.Tensor) bool {
	if len(values) == 0 {
		return false
	}
	loss := shapes.ConvertTo[float64](values[0].Value())
	return math.IsNaN(loss) || math.IsInf(loss, 0)
}
