package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/examples/internal/penguins"
)

// describe prints the server, the account, the data and the model.
func describe(out io.Writer, srv *server, t *penguins.Trainer) {
	species := penguins.Species()
	fmt.Fprintf(out, "Classifying penguins: %s\n\n", strings.Join(species[:], ", "))
	for _, line := range [][2]string{
		{"server", srv.about},
		{"account", srv.account},
		{"data", fmt.Sprintf("Palmer penguins (CC0), %d birds for training and %d for validation", len(t.Data.Train), len(t.Data.Val))},
		{"model", fmt.Sprintf("%d measurements → %d tanh units → %d species, %d parameters",
			penguins.Inputs, penguins.Hidden, penguins.Classes, penguins.Params)},
	} {
		fmt.Fprintf(out, "  %-8s %s\n", line[0], line[1])
	}
	separate(out, srv)
}

// separate prints an empty line before the client's own output, if there is any.
func separate(out io.Writer, srv *server) {
	if srv.client.Interactive() {
		fmt.Fprintln(out)
	}
}

// printStart prints the run's address, unless the client does, and the header of the
// table of epochs.
func printStart(out io.Writer, srv *server, run *client.Run) {
	switch {
	case run.URL() == "" && run.Dir() == "":
		fmt.Fprintln(out, "  run      not stored")
	case srv.client.Interactive():
	case run.URL() != "":
		fmt.Fprintln(out, "  run     ", run.URL())
	default:
		fmt.Fprintln(out, "  run      offline, in", run.Dir())
	}
	fmt.Fprintf(out, "\n  epoch   train loss  accuracy     val loss  accuracy       lr\n")
}

// printEpoch prints every tenth epoch, and the first and last.
func printEpoch(out io.Writer, e penguins.Epoch, last bool) {
	if e.Number != 1 && e.Number%10 != 0 && !last {
		return
	}
	fmt.Fprintf(out, "  %5d   %10.4f  %7.1f%%   %10.4f  %7.1f%%   %6.4f\n",
		e.Number, e.Train.Loss, 100*e.Train.Accuracy, e.Val.Loss, 100*e.Val.Accuracy, e.LearningRate)
}

// summarize prints the result on the validation set.
func summarize(out io.Writer, srv *server, t *penguins.Trainer, rows int, took time.Duration) {
	score := t.Model.Evaluate(t.Data.Val)
	fmt.Fprint(out, "\n  correct on the validation set:")
	for i, name := range penguins.Species() {
		fmt.Fprintf(out, "  %s %d/%d", name, score.Correct[i], score.Seen[i])
	}
	fmt.Fprintf(out, "\n  trained in %s, %d rows logged\n", took.Round(100*time.Microsecond), rows)
	separate(out, srv)
}

// printEnd prints where the run is now, unless the client does.
func printEnd(out io.Writer, srv *server, run *client.Run) {
	switch {
	case srv.local != nil:
		stored, _ := srv.local.Run(run.Entity(), run.Project(), run.ID())
		fmt.Fprintf(out, "\nThe server in this process has the run: %d rows, state %s.\n", len(stored.HistoryLines), cmp.Or(stored.State, "unknown"))
		fmt.Fprintf(out, "To log it to W&B, with charts: export WANDB_API_KEY=… and run this again.\n")
		return
	case srv.client.Interactive():
		return
	case run.Err() == nil && run.URL() != "":
		fmt.Fprintf(out, "\nView it at %s\n", run.URL())
	case run.Dir() != "":
		fmt.Fprintf(out, "\nThe run is in %s\n", run.Dir())
	}
	if err := run.Err(); err != nil {
		fmt.Fprintf(out, "It was not uploaded (%s).\n", cmp.Or(errors.Code(err), "see above"))
	}
}
