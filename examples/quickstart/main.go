// Quickstart trains a small neural network on a real data set and logs it to
// W&B: its config, the loss and accuracy of every epoch, and a summary. On a terminal
// the client prints the run's link at the start and a plot of each metric at the end.
//
//	go run ./examples/quickstart
//
// With an API key (WANDB_API_KEY, netrc or the settings files) it logs to your W&B
// server. Without one it starts a W&B server in its own process, so it runs on any
// machine; on a terminal it then keeps the server running, so that the link shows the
// run, until you press Ctrl-C. If the server refuses the run, the program prints why and continues offline.
// It exits with 3 then, because the server lacks data.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

const project = "wandgo-quickstart"

// exitNotUploaded is the exit code if the server refused the run or a part of it.
const exitNotUploaded = 3

func main() { os.Exit(run(context.Background(), os.Args[1:], nil, os.Stdout)) }

// run is the program. A nil getenv means the process's own environment.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) int {
	opts := penguins.Defaults()
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.IntVar(&opts.Epochs, "epochs", opts.Epochs, "passes over the training data")
	flags.Float64Var(&opts.LearningRate, "lr", opts.LearningRate, "initial learning rate")
	flags.Uint64Var(&opts.Seed, "seed", opts.Seed, "seed of the data split, the weights and the order of batches")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	uploaded, err := train(ctx, opts, getenv, out)
	switch {
	case err != nil:
		fmt.Fprintln(out, errors.Explain(err))
		return 1
	case !uploaded:
		return exitNotUploaded
	}
	return 0
}

// train trains, and reports whether the server has everything that it was meant to have.
func train(ctx context.Context, opts penguins.Options, getenv func(string) string, out io.Writer) (uploaded bool, err error) {
	trainer, err := penguins.NewTrainer(opts)
	if err != nil {
		return false, err
	}
	srv, err := connect(ctx, getenv, out)
	if err != nil {
		return false, err
	}
	defer srv.close()
	describe(out, srv, trainer)

	// If the server refuses the run, it continues offline: a 403 does not stop training.
	run, err := srv.client.Init(ctx, client.RunOptions{
		Entity:  srv.entity,
		Project: project,
		Mode:    srv.mode,
		Tags:    []string{"quickstart"},
		Config: map[string]any{
			"model": "mlp-4-8-3", "parameters": penguins.Params, "dataset": "palmer-penguins",
			"epochs": opts.Epochs, "batch_size": opts.BatchSize, "learning_rate": opts.LearningRate,
			"momentum": opts.Momentum, "weight_decay": opts.WeightDecay, "seed": opts.Seed,
		},
		OnRefused: func(err error) client.Reaction {
			fmt.Fprintf(out, "%s\n\n", errors.Explain(err))
			return client.GoOffline
		},
	})
	if err != nil {
		return false, err
	}
	printStart(out, srv, run)

	rows := 0
	started := time.Now()
	for done := false; !done; rows++ {
		var e penguins.Epoch
		e, done = trainer.Next()
		row := map[string]any{
			"epoch":      e.Number,
			"train/loss": e.Train.Loss, "train/accuracy": e.Train.Accuracy,
			"val/loss": e.Val.Loss, "val/accuracy": e.Val.Accuracy,
			"lr": e.LearningRate, "grad_norm": e.GradientNorm,
		}
		if err := run.Log(row); err != nil {
			fmt.Fprintln(out, "not logged:", err)
		}
		printEpoch(out, e, done)
	}
	summarize(out, srv, trainer, rows, time.Since(started))

	// Finish uploads the rest. The deadline keeps an unreachable server from blocking it.
	finish, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err = run.Finish(finish); err != nil {
		fmt.Fprintf(out, "\n%s\n", errors.Explain(err))
	}
	printEnd(out, srv, run)
	srv.linger(ctx, out)
	refused := srv.mode == client.ModeOffline || run.Err() != nil
	return err == nil && !refused, nil
}
