package main

import (
	"context"
	"fmt"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// start creates the run. Preflight was advice; here the server decides.
func (h *harness) start(ctx context.Context, entity string) (*client.Run, error) {
	o := h.cfg.training
	resume := ""
	if h.cfg.resume {
		resume = "auto"
	}
	run, err := h.client.Init(ctx, client.RunOptions{
		Resume:  resume,
		Entity:  entity,
		Project: h.cfg.project,
		JobType: "train",
		Config: map[string]any{
			"epochs": o.Epochs, "batch_size": o.BatchSize, "learning_rate": o.LearningRate,
			"momentum": o.Momentum, "weight_decay": o.WeightDecay, "seed": o.Seed,
		},
		OnRefused: h.react,
	})
	if err != nil {
		return nil, err
	}
	// From here on what the harness says is in the run's logs tab as well.
	h.out = run.Stdout(h.out)
	if err := run.DefineMetric("val/accuracy", client.MetricOptions{
		StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMax, client.SummaryLast},
	}); err != nil {
		h.say("warning", "%v", err)
	}
	switch {
	case run.Resumed():
		h.say("run", "%s, going on after epoch %d", run.URL(), lastEpoch(run))
	case run.URL() != "":
		h.say("run", "%s", run.URL())
	default:
		h.say("run", "offline, in %s", run.Dir())
	}
	return run, nil
}

// react decides what becomes of a run that the server does not take.
func (h *harness) react(err error) client.Reaction {
	if h.cfg.refused == stop {
		return client.Fail
	}
	switch {
	case errors.Is(err, errors.ErrRunDeleted), errors.Is(err, errors.ErrInvalidInput):
		return client.Fail // a mistake in the program, which waiting does not mend
	case errors.Is(err, errors.ErrPermissionDenied):
		fmt.Fprintf(h.out, "\n%s\n\n", errors.Explain(err))
	default:
		h.say("refused", "%v", err)
	}
	return client.GoOffline
}

// train trains and returns the exit code: that of an interruption or a stop, of
// a failure, or 0. It logs every epoch whatever becomes of the server meanwhile.
func (h *harness) train(ctx context.Context, run *client.Run) int {
	trainer, err := penguins.NewTrainer(h.cfg.training)
	if err != nil {
		h.say("failed", "%v", err)
		return exitFailed
	}
	reported := run.Err() != nil // start has said so
	// A resumed run has some epochs already. The training is reproducible, so they
	// are computed again and not logged again; a large one would load a checkpoint.
	had := lastEpoch(run)
	for done := false; !done; {
		if err := h.wait(ctx, run); err != nil {
			h.say("stopped", "%v", err)
			return exitInterrupted
		}
		var e penguins.Epoch
		if e, done = trainer.Next(); e.Number <= had {
			continue
		}
		err := run.Log(map[string]any{
			"epoch":      e.Number,
			"train/loss": e.Train.Loss, "train/accuracy": e.Train.Accuracy,
			"val/loss": e.Val.Loss, "val/accuracy": e.Val.Accuracy,
			"lr": e.LearningRate,
		})
		if err != nil {
			h.say("warning", "%v", err)
		}
		if err := run.Err(); err != nil && !reported {
			h.say("warning", "%v; the run goes on in %s", err, run.Dir())
			reported = true
		}
		if e.Number%20 == 0 || done {
			h.say("epoch", "%3d  train loss %.4f  val loss %.4f  val accuracy %.1f%%", e.Number, e.Train.Loss, e.Val.Loss, 100*e.Val.Accuracy)
		}
	}
	return exitOK
}

// wait paces the training and returns why it has to end: ctx did, or somebody
// stopped the run in the web UI.
func (h *harness) wait(ctx context.Context, run *client.Run) error {
	stopped := run.Context()
	if h.cfg.pace > 0 {
		timer := time.NewTimer(h.cfg.pace)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		case <-stopped.Done():
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return context.Cause(stopped) //nolint:contextcheck // another context than ctx, on purpose
}

// lastEpoch is the last epoch that the run has, 0 for a new one.
func lastEpoch(run *client.Run) int {
	v, _ := run.Summary("epoch")
	switch v := v.(type) {
	case int64:
		return int(v)
	case float64:
		return int(v)
	}
	return 0
}
