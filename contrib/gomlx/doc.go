// Package gomlx logs the training of a GoMLX model (github.com/gomlx/gomlx) to a run.
//
//	loop := train.NewLoop(trainer)
//	gomlx.Attach(loop, run, gomlx.Options{})
//	gomlx.AttachEval(loop, run, validation, gomlx.EvalOptions{Every: 100})
//	gomlx.AttachCheckpoints(loop, run, handler, gomlx.CheckpointOptions{Every: 100})
//	_, err := loop.RunSteps(dataset, 1000)
//
// The context's parameters become the run's config, the loop's metrics become rows, and
// checkpoints become versions of an artifact. A run that is stopped in the web UI, or by
// a signal that client.Run.NotifyContext waits for, ends the loop after the current step.
//
// Functions are called before the loop runs, from the goroutine that runs it. What they
// attach works with every backend. It blocks on the disk only while it saves a checkpoint,
// and never on the network.
package gomlx
