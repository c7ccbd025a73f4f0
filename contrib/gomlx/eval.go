package gomlx

import (
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/train"

	"github.com/wandgo/wandgo/client"
)

// EvalOptions configure [AttachEval]. The zero EvalOptions evaluate after the last step.
type EvalOptions struct {
	// Every evaluates after each n-th step, too. Default: only after the last one.
	Every int
	// Prefix stands before the names of the metrics. Use a different one for each
	// dataset. Default: "eval/".
	Prefix string
}

// AttachEval evaluates the model on a dataset during the training, and logs the trainer's
// evaluation metrics. "Mean Loss" is logged as "eval/mean_loss". The loop waits for
// the evaluation, which reads the dataset once; the dataset must not be an infinite one.
//
// Errors are returned by the loop: those of the evaluation, and errors.ErrRunFinished.
func AttachEval(loop *train.Loop, run *client.Run, ds train.Dataset, opts EvalOptions) {
	if opts.Prefix == "" {
		opts.Prefix = "eval/"
	}
	loop.OnStart("wandgo: evaluation", priorityEval, func(*train.Loop, train.Dataset) error {
		return defineMetrics(run, opts.Prefix)
	})
	hook := steps{every: opts.Every, do: func(step int, _ []*tensors.Tensor) error {
		values, err := loop.Trainer.Eval(ds)
		if err != nil {
			return err
		}
		return run.Log(rowOf(step, metricKeys(opts.Prefix, loop.Trainer.EvalMetrics()), values))
	}}
	hook.attach(loop, "wandgo: evaluation", priorityEval)
}
