package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// start creates the run. Preflight is advice; here the server decides.
func (h *harness) start(ctx context.Context, entity string) (*client.Run, error) {
	o := h.cfg.training
	var resume client.Resume
	if h.cfg.resume {
		resume = client.ResumeAuto
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
		// Called in mid-run, from another goroutine.
		OnLost: func(err error) { h.logUnlessShown("lost", "%v; the training continues", err) },
	})
	if err != nil {
		return nil, err
	}
	h.captureOutput(run)
	if err := run.DefineMetric("val/accuracy", client.MetricOptions{
		StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMax, client.SummaryLast},
	}); err != nil {
		h.logf("warning", "%v", err)
	}
	switch {
	case run.Resumed():
		h.logUnlessShown("run", "%s, resuming after epoch %d", run.URL(), lastEpoch(run))
	case run.URL() != "":
		h.logUnlessShown("run", "%s", run.URL())
	default:
		h.logUnlessShown("run", "offline, in %s", run.Dir())
	}
	return run, nil
}

// react decides whether a run that the server refuses fails or continues offline.
func (h *harness) react(err error) client.Reaction {
	if h.cfg.refused == stop {
		return client.Fail
	}
	switch {
	case errors.Is(err, errors.ErrRunDeleted), errors.Is(err, errors.ErrInvalidInput):
		return client.Fail // a mistake in the program
	case errors.Is(err, errors.ErrPermissionDenied):
		h.explain(err)
	default:
		h.logf("refused", "%v", err)
	}
	return client.GoOffline
}

// errDiverged ends a training that diverged.
var errDiverged = errors.New("the loss is NaN or infinite")

// train trains and logs every epoch. The error says why it ended early: a signal, a stop
// in the web UI, or its own failure.
func (h *harness) train(ctx context.Context, run *client.Run) error {
	trainer, err := penguins.NewTrainer(h.cfg.training)
	if err != nil {
		return err
	}
	saved := checkpoints{filepath.Join(h.dir, "checkpoints", run.ID())}
	// A resumed run may have epochs after the last checkpoint. They are computed again
	// but not logged again.
	had := lastEpoch(run)
	epoch, err := saved.restore(trainer, had)
	if err == nil && epoch == 0 && had > 0 { // it was another machine
		if err = saved.download(ctx, run); err == nil {
			epoch, err = saved.restore(trainer, had)
		}
	}
	switch {
	case errors.Is(err, errors.ErrArtifactMissing): // the process was killed before its first checkpoint
	case err != nil:
		h.logf("warning", "%v; training from the start", err)
	case epoch > 0:
		h.logf("restored", "the checkpoint of epoch %d", epoch)
	}
	for done := false; !done; {
		if err := h.wait(ctx); err != nil {
			return err
		}
		var e penguins.Epoch
		if e, done = trainer.Next(); e.Number <= had {
			continue
		}
		if e.Number == h.cfg.panicAt {
			panic("panic requested by -panic-at") //nolint:forbidigo // to demonstrate FinishOnPanic
		}
		if err := run.Log(map[string]any{
			"epoch":      e.Number,
			"train/loss": e.Train.Loss, "train/accuracy": e.Train.Accuracy,
			"val/loss": e.Val.Loss, "val/accuracy": e.Val.Accuracy,
			"lr": e.LearningRate,
		}); err != nil {
			h.logf("warning", "%v", err)
		}
		if math.IsNaN(e.Train.Loss) || math.IsInf(e.Train.Loss, 0) {
			return fmt.Errorf("epoch %d: %w", e.Number, errDiverged)
		}
		if e.Number%20 == 0 || done {
			h.logf("epoch", "%3d  train loss %.4f  val loss %.4f  val accuracy %.1f%%", e.Number, e.Train.Loss, e.Val.Loss, 100*e.Val.Accuracy)
		}
		if e.Number%h.cfg.every == 0 || done {
			if err := saved.save(run, trainer, e.Number); err != nil { //nolint:contextcheck // a training that was stopped saves its last checkpoint
				h.logf("warning", "%v", err)
			}
		}
	}
	return nil
}

// wait pauses for -pace and returns why the training has to end, if it has to: a signal, a
// stop in the web UI, or the end of the caller's context.
func (h *harness) wait(ctx context.Context) error {
	if h.cfg.pace > 0 {
		timer := time.NewTimer(h.cfg.pace)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// lastEpoch returns the last epoch of the run, 0 for a new run.
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
