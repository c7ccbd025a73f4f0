package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

const (
	// exitDied is the exit code of the worker that -fail names.
	exitDied = 9
	// exitStopped is for a training that was stopped early, by Ctrl-C or in the web UI;
	// see client.InterruptedError.
	exitStopped = 255
	// exitNotUploaded is for a process whose data the server refused, or a part of it.
	exitNotUploaded = 3
	// statsInterval is short because this training takes a second. The default of 15 s
	// is for trainings that take hours.
	statsInterval = 100 * time.Millisecond
)

// worker is one of the processes.
type worker struct {
	flags
	rank, world int
	peers       *peers
	run         *client.Run
	rows        int
	out         io.Writer
}

// work is the program as the launcher starts it.
func work(ctx context.Context, args, environ []string, out io.Writer) int {
	f, code, err := parse(args, out)
	if err != nil {
		return code
	}
	w := &worker{flags: f, out: out}
	if w.rank, err = strconv.Atoi(variable(environ, "RANK")); err == nil {
		w.world, err = strconv.Atoi(variable(environ, "WORLD_SIZE"))
	}
	if err != nil {
		fmt.Fprintln(out, "read RANK and WORLD_SIZE:", err)
		return 2
	}
	address := net.JoinHostPort(variable(environ, "MASTER_ADDR"), variable(environ, "MASTER_PORT"))
	if w.peers, err = join(ctx, address, w.rank); err == nil {
		defer w.peers.conn.Close()
		code, err = w.train(ctx)
	}
	if err != nil {
		fmt.Fprintln(out, errors.Explain(err))
		return 1
	}
	return code
}

// train creates this process's part of the run and trains. The environment has the rest:
// WANDB_RUN_ID, WANDB_X_LABEL, and RANK, which makes rank 0 the primary process.
func (w *worker) train(ctx context.Context) (code int, err error) {
	run, err := client.Init(ctx, client.RunOptions{
		Project: project,
		Mode:    client.ModeShared,
		// Each process reports its own system metrics under its label.
		StatsInterval: statsInterval,
		Config:        map[string]any{"world_size": w.world, "epochs": w.epochs, "learning_rate": w.rate, "dataset": "palmer-penguins"},
		OnRefused: func(err error) client.Reaction {
			if w.rank == 0 { // the others get the same refusal
				fmt.Fprintln(w.out, errors.Explain(err))
			}
			return client.GoOffline
		},
	})
	if err != nil {
		return 1, err
	}
	w.run = run
	defer run.FinishOnPanic(0) //nolint:contextcheck // it has a timeout of its own
	training, stop := run.NotifyContext(ctx)
	defer stop()
	if w.rank == 0 && run.URL() != "" {
		fmt.Fprintln(w.out, "run", run.URL())
	}
	w.out = run.Stdout(w.out)

	stopped, err := w.epochsOf(training, run)
	if err != nil {
		return 1, errors.Join(err, finish(ctx, run, 1))
	}
	if stopped {
		code = exitStopped
	}
	// The run finishes with rank 0, so rank 0 waits for the others.
	if w.rank != 0 {
		err = finish(ctx, run, code)
	}
	if _, reduceErr := w.reduce(nil); reduceErr != nil {
		err = errors.Join(err, reduceErr)
	}
	if w.rank == 0 {
		err = errors.Join(err, finish(ctx, run, code))
	}
	if run.Err() != nil {
		code = cmp.Or(code, exitNotUploaded)
	}
	return code, err
}

func finish(ctx context.Context, run *client.Run, code int) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return run.FinishWithCode(ctx, code)
}

// epochsOf trains on this process's share of the data. It reports whether it was stopped
// early.
func (w *worker) epochsOf(ctx context.Context, run *client.Run) (stopped bool, err error) {
	// The server numbers the rows of all processes in the order of arrival, so the charts
	// use the epoch instead.
	for _, name := range []string{"rank*", "val/*", "train/*"} {
		if err := run.DefineMetric(name, client.MetricOptions{StepMetric: "epoch"}); err != nil {
			return false, err
		}
	}
	data, err := penguins.Load(1)
	if err != nil {
		return false, err
	}
	var mine []penguins.Bird
	for i := w.rank; i < len(data.Train); i += w.world {
		mine = append(mine, data.Train[i])
	}
	model := penguins.NewModel(1) // equal in all processes
	fmt.Fprintf(w.out, "training on %d of %d birds\n", len(mine), len(data.Train))
	for epoch := 1; epoch <= w.epochs; epoch++ {
		if w.rank == w.fail && epoch > w.epochs/2 {
			fmt.Fprintln(w.out, "exiting, as requested by -fail")
			os.Exit(exitDied) // like a machine that fails
		}
		score := model.Evaluate(mine)
		interrupted := 0.0
		if ctx.Err() != nil { // by a signal, or in the web UI
			interrupted = 1
		}
		// The sums of gradients, birds and losses, and of workers that have to stop.
		total, err := w.reduce(append(model.Gradient(mine), float64(len(mine)), score.Loss*float64(len(mine)), interrupted))
		if err != nil {
			return false, err
		}
		gradient, rest := total.Numbers[:penguins.Params], total.Numbers[penguins.Params:]
		birds, loss := rest[0], rest[1]
		if rest[2] > 0 { // all stop together; otherwise some would block
			return true, nil
		}
		for i := range gradient {
			gradient[i] /= birds
		}
		model.Descend(gradient, w.rate)

		name := fmt.Sprintf("rank%d/", w.rank)
		row := map[string]any{"epoch": epoch, "rank": w.rank, name + "loss": score.Loss, name + "birds": len(mine)}
		if w.rank == 0 {
			val := model.Evaluate(data.Val)
			row["train/loss"], row["train/workers"] = loss/birds, total.Workers
			row["val/loss"], row["val/accuracy"] = val.Loss, val.Accuracy
			if epoch%10 == 0 || epoch == w.epochs {
				fmt.Fprintf(w.out, "epoch %3d  loss %.4f  val accuracy %.3f  %d workers\n", epoch, loss/birds, val.Accuracy, total.Workers)
			}
		}
		if err := run.Log(row); err != nil {
			fmt.Fprintln(w.out, "not logged:", err)
		} else {
			w.rows++
		}
	}
	return false, nil
}

// reduce returns the sum of all workers' numbers.
func (w *worker) reduce(numbers []float64) (sum, error) {
	return w.peers.reduce(message{Numbers: numbers, Rows: w.rows, URL: w.run.URL()})
}
