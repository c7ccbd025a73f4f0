package client_test

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// A run that was offline, or lost to the server midway, is brought there later.
func ExampleClient_Sync() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1", Mode: "offline"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range 3 {
		if err := run.Log(map[string]any{"loss": 1 / float64(step+1)}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(run.Finish(ctx))

	report, err := c.Sync(ctx, nil, client.SyncOptions{}) // all that is on this disk
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range report.Runs {
		fmt.Println(r.RunID, r.Outcome, r.RowsSent, "rows")
	}
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State, len(stored.History()))
	// Output:
	// <nil>
	// run1 synced 3 rows
	// finished 3
}

// The processes of a distributed job write one run. The primary one describes it, and
// its end is the run's. In a job of torchrun, Slurm or Kubernetes the environment says
// which one that is.
func ExampleShared() {
	srv, dir, done := world()
	defer done()
	ctx := context.Background()

	work := func(rank int, others *sync.WaitGroup) {
		c := aliceAt(srv, dir)
		defer c.Close()
		run, err := c.Init(ctx, client.RunOptions{
			Entity: "acme", Project: "vision", ID: "job7", Mode: "shared",
			Shared: client.Shared{Label: fmt.Sprint("rank", rank), Primary: new(rank == 0)},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := run.Log(map[string]any{"rank": rank}); err != nil {
			fmt.Println(err)
		}
		if rank == 0 {
			others.Wait() // or the run would end before theirs
		} else {
			defer others.Done()
		}
		if err := run.Finish(ctx); err != nil {
			fmt.Println(err)
		}
	}
	var others, all sync.WaitGroup
	others.Add(2)
	for rank := range 3 { // each would be a process of its own
		all.Go(func() { work(rank, &others) })
	}
	all.Wait()

	stored, _ := srv.Run("acme", "vision", "job7")
	fmt.Println(stored.State, len(stored.Writers), "processes,", len(stored.History()), "rows")
	// Output: finished 3 processes, 3 rows
}

// Output is where a person is shown what becomes of runs, if it is a terminal.
// io.Discard silences the client for good, as WANDB_SILENT does from outside.
func ExampleOptions_output() {
	srv, dir, done := world()
	defer done()
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: io.Discard})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(c.Interactive())
	// Output: false
}
