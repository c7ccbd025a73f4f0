package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
	"github.com/wandgo/wandgo/sweep"
)

// agent runs trials of the sweep WANDB_SWEEP_ID until it has no more or ctx ends. It is the
// program as agents.yaml and agents.sbatch start it, once for each index.
func agent(ctx context.Context, environ []string, out io.Writer) int {
	err := runTrials(ctx, environ, out)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(out, "stopped:", context.Cause(ctx))
		return exitStopped
	case err != nil:
		fmt.Fprintln(out, errors.Explain(err))
		return 1
	}
	return 0
}

func runTrials(ctx context.Context, environ []string, out io.Writer) error {
	data, err := penguins.Load(1)
	if err != nil {
		return err
	}
	c, err := client.New(client.Options{Getenv: func(name string) string { return variable(environ, name) }})
	if err != nil {
		return err
	}
	defer c.Close()
	index := cmp.Or(variable(environ, "JOB_COMPLETION_INDEX"), variable(environ, "SLURM_ARRAY_TASK_ID"), "0")
	failed := func(e sweep.Event) {
		if e.Done && e.Err != nil {
			fmt.Fprintf(out, "agent %s: trial %s failed: %v\n", index, e.Trial.RunID, e.Err)
		}
	}
	a := sweep.Agent{
		Client: c, Sweep: variable(environ, "WANDB_SWEEP_ID"), OnEvent: failed,
		// Which agent ran the trial; a batch system's log of that index has its output.
		Options: client.RunOptions{Tags: []string{"agent" + index}},
	}
	return a.Run(ctx, func(training context.Context, run *client.Run) error {
		fmt.Fprintf(out, "agent %s: trial %s, learning rate %g\n", index, run.ID(), run.Config().Float("learning_rate"))
		if err := trial(training, run, data); err != nil {
			return err
		}
		if ctx.Err() != nil { // and not by the server: the machine is taken away
			return run.MarkPreempting()
		}
		return nil
	})
}

// trial trains with the parameters that the sweep chose, until its context ends.
func trial(ctx context.Context, run *client.Run, data *penguins.Data) error {
	rate, epochs := run.Config().Float("learning_rate"), run.Config().Int("epochs")
	if rate <= 0 || epochs < 1 {
		return errors.New("the sweep must have the parameters learning_rate and epochs, both positive numbers; see sweep.yaml")
	}
	model := penguins.NewModel(1)
	for epoch := 1; epoch <= epochs && ctx.Err() == nil; epoch++ {
		gradient := model.Gradient(data.Train)
		for i := range gradient {
			gradient[i] /= float64(len(data.Train))
		}
		model.Descend(gradient, rate)
		val := model.Evaluate(data.Val)
		if err := run.Log(map[string]any{"epoch": epoch, "val/loss": val.Loss, "val/accuracy": val.Accuracy}); err != nil {
			return err
		}
	}
	return nil
}
