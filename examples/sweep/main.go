// Sweep searches for the minimum of a known function with a sweep: the server chooses the parameters of each
// trial, agents in this process run them, and the trials are read back and printed as a table.
//
//	go run ./examples/sweep
//	go run ./examples/sweep -local
//
// It needs nothing set up: the server runs in this process. With -local the sweep chooses the parameters
// itself, by Bayesian optimization, and the runs stay on this disk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout)) }

func run(ctx context.Context, args []string, out io.Writer) int {
	flags := flag.NewFlagSet("sweep", flag.ContinueOnError)
	flags.SetOutput(out)
	local := flags.Bool("local", false, "choose the parameters here, without a server")
	trials := flags.Int("trials", 25, "how many trials to run")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	search := onServer
	if *local {
		search = onDisk
	}
	if err := search(ctx, config(*trials), out); err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	return 0
}

// config asks for the minimum of Himmelblau's function, which is 0 at (3, 2) and three other points.
func config(trials int) *sweep.Config {
	return &sweep.Config{
		Name: "himmelblau", Project: "example", Method: sweep.Bayes, RunCap: trials, Metric: sweep.Metric{Name: "loss", Goal: sweep.Minimize},
		Parameters: map[string]sweep.Parameter{
			"x": {Distribution: sweep.Uniform, Min: -5, Max: 5},
			"y": {Distribution: sweep.Uniform, Min: -5, Max: 5},
		},
	}
}

func himmelblau(x, y float64) float64 {
	a, b := x*x+y-11, x+y*y-7
	return a*a + b*b
}

// train is what a trial does: it reads its parameters from the config of its run, and logs a loss.
func train(_ context.Context, run *client.Run) error {
	x, y := run.Config().Float("x"), run.Config().Float("y")
	return run.Log(map[string]any{"loss": himmelblau(x, y)})
}

// onServer runs the sweep on a server in this process.
func onServer(ctx context.Context, cfg *sweep.Config, out io.Writer) error {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		return err
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "sweep-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: io.Discard})
	if err != nil {
		return err
	}
	defer c.Close()
	cfg.Entity = "acme"
	s, err := sweep.New(ctx, c, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Sweep %s: the server in this process chooses the parameters.\n\n", s.Path())
	if err := (sweep.Agent{Client: c, Sweep: s.Path(), Parallel: 4}).Run(ctx, train); err != nil {
		return err
	}
	var results []sweep.Result
	for r, err := range s.Trials(ctx, api.Query{}) {
		if err != nil {
			return err
		}
		result := sweep.Result{RunID: r.ID, Params: r.Config, State: r.State}
		if loss, ok := r.Summary["loss"].(float64); ok {
			result.Value = &loss
		}
		results = append(results, result)
	}
	return table(out, results)
}

// onDisk runs the sweep without a server.
func onDisk(ctx context.Context, cfg *sweep.Config, out io.Writer) error {
	dir, err := os.MkdirTemp("", "sweep-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{Dir: dir, Output: io.Discard})
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprint(out, "A local sweep: Bayesian optimization in this process.\n\n")
	local := sweep.Local{Client: c, Config: cfg, Dir: dir, Seed: 1, Options: client.RunOptions{Mode: client.ModeOffline}}
	err = local.Run(ctx, func(ctx context.Context, run *client.Run, _ *sweep.LocalTrial) error { return train(ctx, run) })
	if err != nil {
		return err
	}
	results, err := sweep.Results(dir)
	if err != nil {
		return err
	}
	return table(out, results)
}

// table prints the best trials, and the minimum that was found.
func table(out io.Writer, results []sweep.Result) error {
	slices.SortFunc(results, func(a, b sweep.Result) int { return compare(a.Value, b.Value) })
	best := sweep.Best(results, sweep.Minimize)
	if best == nil {
		return errors.New("no trial has a result")
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trial\tstate\tx\ty\tloss\t")
	for _, r := range results[:min(len(results), 8)] {
		loss := "-"
		if r.Value != nil {
			loss = fmt.Sprintf("%.4f", *r.Value)
		}
		fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f\t%s\t\n", r.RunID, r.State, r.Params["x"], r.Params["y"], loss)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nThe best of %d trials: x = %.3f, y = %.3f, loss = %.4f\n", len(results), best.Params["x"], best.Params["y"], *best.Value)
	return err
}

// compare sorts results; those without a value come last.
func compare(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil || *a < *b:
		return -1
	case *a > *b:
		return 1
	}
	return 0
}
