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

// describe prints what is about to happen, and where.
func describe(out io.Writer, srv *server, t *penguins.Trainer) {
	species := penguins.Species()
	fmt.Fprintf(out, "Telling penguins apart: %s\n\n", strings.Join(species[:], ", "))
	for _, line := range [][2]string{
		{"server", srv.about},
		{"account", srv.account},
		{"data", fmt.Sprintf("Palmer penguins (CC0), %d birds to train on and %d to check", len(t.Data.Train), len(t.Data.Val))},
		{"model", fmt.Sprintf("%d measurements → %d tanh units → %d species, %d parameters",
			penguins.Inputs, penguins.Hidden, penguins.Classes, penguins.Params)},
	} {
		fmt.Fprintf(out, "  %-8s %s\n", line[0], line[1])
	}
	leaveRoom(out, srv)
}

// leaveRoom sets off what the client is about to show.
func leaveRoom(out io.Writer, srv *server) {
	if srv.client.Shows() {
		fmt.Fprintln(out)
	}
}

// printStart says where the run can be seen, unless the client has, and what the
// columns of the epochs are.
func printStart(out io.Writer, srv *server, run *client.Run) {
	switch {
	case run.URL() == "" && run.Dir() == "":
		fmt.Fprintln(out, "  run      not kept")
	case srv.client.Shows():
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

// summarize prints how well the model does in the end. The course of the metrics is
// shown by the client, if there is a terminal.
func summarize(out io.Writer, srv *server, t *penguins.Trainer, rows int, took time.Duration) {
	score := t.Model.Evaluate(t.Data.Val)
	fmt.Fprint(out, "\n  told right, of the birds kept for checking:")
	for i, name := range penguins.Species() {
		fmt.Fprintf(out, "  %s %d/%d", name, score.Right[i], score.Seen[i])
	}
	fmt.Fprintf(out, "\n  trained in %s, %d rows logged\n", took.Round(100*time.Microsecond), rows)
	leaveRoom(out, srv)
}

// printEnd says where the run is now, unless the client has.
func printEnd(out io.Writer, srv *server, run *client.Run) {
	switch {
	case srv.local != nil:
		stored, _ := srv.local.Run(run.Entity(), run.Project(), run.ID())
		fmt.Fprintf(out, "\nThe server in this process has the run: %d rows, state %s.\n", len(stored.HistoryLines), cmp.Or(stored.State, "unknown"))
		fmt.Fprintf(out, "To have it on W&B, with its charts: export WANDB_API_KEY=… and run this again.\n")
		return
	case srv.client.Shows():
		return
	case run.Err() == nil && run.URL() != "":
		fmt.Fprintf(out, "\nView it at %s\n", run.URL())
	case run.Dir() != "":
		fmt.Fprintf(out, "\nThe run is in %s\n", run.Dir())
	}
	if err := run.Err(); err != nil {
		fmt.Fprintf(out, "It is not on the server (%s).\n", cmp.Or(errors.Code(err), "see above"))
	}
}
