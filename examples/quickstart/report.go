package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// describe prints what is about to happen, and where.
func describe(out io.Writer, srv *server, run *client.Run, t *penguins.Trainer) {
	species := penguins.Species()
	fmt.Fprintf(out, "Telling penguins apart: %s\n\n", strings.Join(species[:], ", "))
	for _, line := range [][2]string{
		{"server", srv.about},
		{"account", srv.account},
		{"run", link(run)},
		{"data", fmt.Sprintf("Palmer penguins (CC0), %d birds to train on and %d to check", len(t.Data.Train), len(t.Data.Val))},
		{"model", fmt.Sprintf("%d measurements → %d tanh units → %d species, %d parameters",
			penguins.Inputs, penguins.Hidden, penguins.Classes, penguins.Params)},
	} {
		fmt.Fprintf(out, "  %-8s %s\n", line[0], line[1])
	}
	fmt.Fprintf(out, "\n  epoch   train loss  accuracy     val loss  accuracy       lr\n")
}

// link says where the run can be seen.
func link(run *client.Run) string {
	switch {
	case run.URL() != "":
		return run.URL()
	case run.Dir() != "":
		return "offline, in " + run.Dir()
	}
	return "not kept"
}

// printEpoch prints every tenth epoch, and the first and last.
func printEpoch(out io.Writer, e penguins.Epoch, last bool) {
	if e.Number != 1 && e.Number%10 != 0 && !last {
		return
	}
	fmt.Fprintf(out, "  %5d   %10.4f  %7.1f%%   %10.4f  %7.1f%%   %6.4f\n",
		e.Number, e.Train.Loss, 100*e.Train.Accuracy, e.Val.Loss, 100*e.Val.Accuracy, e.LearningRate)
}

// curve is one metric over the epochs.
type curve struct {
	name   string
	values []float64
}

// curves are the metrics of the summary.
type curves struct{ all []curve }

func (c *curves) add(e penguins.Epoch) {
	if c.all == nil {
		for _, name := range []string{"train/loss", "val/loss", "train/accuracy", "val/accuracy", "grad_norm", "lr"} {
			c.all = append(c.all, curve{name: name})
		}
	}
	for i, v := range []float64{e.Train.Loss, e.Val.Loss, e.Train.Accuracy, e.Val.Accuracy, e.GradientNorm, e.LearningRate} {
		c.all[i].values = append(c.all[i].values, v)
	}
}

// summarize prints how it went, and where the run is now.
func summarize(out io.Writer, srv *server, run *client.Run, t *penguins.Trainer, c *curves, took time.Duration) {
	fmt.Fprint(out, "\nSummary\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  metric\tover the epochs\tfirst\tlast")
	for _, m := range c.all {
		fmt.Fprintf(table, "  %s\t%s\t%.4f\t%.4f\n", m.name, sparkline(m.values, 24), m.values[0], m.values[len(m.values)-1])
	}
	table.Flush()
	score := t.Model.Evaluate(t.Data.Val)
	fmt.Fprint(out, "\n  told right, of the birds kept for checking:")
	for i, name := range penguins.Species() {
		fmt.Fprintf(out, "  %s %d/%d", name, score.Right[i], score.Seen[i])
	}
	rows := 0
	if len(c.all) > 0 {
		rows = len(c.all[0].values)
	}
	fmt.Fprintf(out, "\n  trained in %s, %d rows logged\n\n", took.Round(100*time.Microsecond), rows)
	printEnd(out, srv, run)
}

func printEnd(out io.Writer, srv *server, run *client.Run) {
	if srv.local != nil {
		stored, _ := srv.local.Run(run.Entity(), run.Project(), run.ID())
		fmt.Fprintf(out, "The server in this process has the run: %d rows, state %s.\n", len(stored.HistoryLines), cmp.Or(stored.State, "unknown"))
		fmt.Fprintf(out, "To have it on W&B, with its charts: export WANDB_API_KEY=… and run this again.\n")
		return
	}
	switch {
	case run.Err() == nil && run.URL() != "":
		fmt.Fprintf(out, "View it at %s\n", run.URL())
	case run.Dir() != "":
		fmt.Fprintf(out, "The run is in %s\n", run.Dir())
	}
	if err := run.Err(); err != nil {
		fmt.Fprintf(out, "It is not on the server (%s).\n", cmp.Or(errors.Code(err), "see above"))
	}
}
