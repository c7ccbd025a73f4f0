package snippets

import (
	"context"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func trainOn(ctx context.Context, c *client.Client, dir string, weights []byte) error {
	run, err := c.Init(ctx, client.RunOptions{
		Entity: "acme", Project: "vision", ID: "baseline",
		Resume:    client.ResumeAllow,        // continue where an earlier process stopped
		OnRefused: client.GoOfflineOnRefusal, // run.Err() says why, run.Dir() where
	})
	if err != nil {
		return err
	}
	defer run.FinishOnPanic(0)          // marks the run as failed at once
	ctx, stop := run.NotifyContext(ctx) // Ctrl-C, SIGTERM and Stop on the web page end it
	defer stop()
	err = run.DefineMetric("val/*", client.MetricOptions{StepMetric: "epoch"})
	for step := run.Step(); step < 1000 && ctx.Err() == nil; step++ {
		err = errors.Join(err, run.LogAt(step, map[string]any{"loss": 1 / float64(step+1)}))
	}
	checkpoint := filepath.Join(dir, "last.ckpt")
	err = errors.Join(err, os.WriteFile(checkpoint, weights, 0o600))
	_, saveErr := run.SaveFile(checkpoint, dir, client.SaveNow)
	return errors.Join(err, saveErr, finish(ctx, run))
}
