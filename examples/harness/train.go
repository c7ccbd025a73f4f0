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
		// Called while the training goes on, from another goroutine.
		OnLost: func(err error) { h.tell("lost", "%v; the run goes on on disk", err) },
	})
	if err != nil {
		return nil, err
	}
	// From here on what the harness says is in the run's logs tab as well.
	h.speakThrough(run)
	if err := run.DefineMetric("val/accuracy", client.MetricOptions{
		StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMax, client.SummaryLast},
	}); err != nil {
		h.say("warning", "%v", err)
	}
	switch {
	case run.Resumed():
		h.tell("run", "%s, going on after epoch %d", run.URL(), lastEpoch(run))
	case run.URL() != "":
		h.tell("run", "%s", run.URL())
	default:
		h.tell("run", "offline, in %s", run.Dir())
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
		h.explain(err)
	default:
		h.say("refused", "%v", err)
	}
	return client.GoOffline
}

// errDiverged is the end of a training that leads nowhere.
var errDiverged = errors.New("the loss is no number any more")

// train trains and returns why it ended before its time: a signal, a stop in the web
// UI, or a failure of its own. It logs every epoch whatever becomes of the server
// meanwhile.
func (h *harness) train(ctx context.Context, run *client.Run) error {
	trainer, err := penguins.NewTrainer(h.cfg.training)
	if err != nil {
		return err
	}
	kept := checkpoints{filepath.Join(h.dir, "checkpoints", run.ID())}
	// A resumed run has some epochs already, the last of them perhaps after the last
	// checkpoint. Those are computed again and not logged again.
	had := lastEpoch(run)
	if epoch, err := kept.restore(trainer, had); err != nil {
		h.say("warning", "%v; training from the beginning", err)
	} else if epoch > 0 {
		h.say("restored", "the checkpoint of epoch %d", epoch)
	}
	for done := false; !done; {
		if err := h.wait(ctx, run); err != nil {
			return err
		}
		var e penguins.Epoch
		if e, done = trainer.Next(); e.Number <= had {
			continue
		}
		if e.Number == h.cfg.panicAt {
			panic("as it was told to") //nolint:forbidigo // to see what becomes of the run
		}
		if err := run.Log(map[string]any{
			"epoch":      e.Number,
			"train/loss": e.Train.Loss, "train/accuracy": e.Train.Accuracy,
			"val/loss": e.Val.Loss, "val/accuracy": e.Val.Accuracy,
			"lr": e.LearningRate,
		}); err != nil {
			h.say("warning", "%v", err)
		}
		if math.IsNaN(e.Train.Loss) || math.IsInf(e.Train.Loss, 0) {
			return fmt.Errorf("epoch %d: %w", e.Number, errDiverged)
		}
		if e.Number%20 == 0 || done {
			h.say("epoch", "%3d  train loss %.4f  val loss %.4f  val accuracy %.1f%%", e.Number, e.Train.Loss, e.Val.Loss, 100*e.Val.Accuracy)
		}
		if e.Number%h.cfg.every == 0 || done {
			if err := kept.save(run, trainer, e.Number); err != nil {
				h.say("warning", "%v", err)
			}
		}
	}
	return nil
}

// wait paces the training and returns why it has to end: somebody stopped the run in
// the web UI, the program got a signal, or its caller gave up.
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
	if err := context.Cause(stopped); err != nil { //nolint:contextcheck // another context than ctx, on purpose
		return err
	}
	return context.Cause(ctx)
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
