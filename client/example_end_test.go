package client_test

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// A panic ends the run as failed at once, rather than as crashed after some minutes,
// and goes on.
func ExampleRun_FinishOnPanic() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()

	train := func() {
		run, err := c.Init(context.Background(), client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
		if err != nil {
			fmt.Println(err)
			return
		}
		defer run.FinishOnPanic(0)
		panic("index out of range")
	}
	func() {
		defer func() { fmt.Println("panic:", recover()) }()
		train()
	}()
	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.State, *stored.ExitCode)
	// Output:
	// panic: index out of range
	// failed 1
}

// A machine that is about to be taken away says so, and the web UI does not take the
// run for crashed.
func ExampleRun_MarkPreempting() {
	run, stored := underWay(client.RunOptions{})
	fmt.Println(run.MarkPreempting())
	fmt.Println(stored().Preempting)
	// Output:
	// <nil>
	// true
}

// The server may stop taking a run midway. The training goes on, its rows are on
// disk, and the program hears of it with the diagnosis.
func ExampleRunOptions_onLost() {
	srv, dir, done := world()
	defer done()
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(name string) string {
		return map[string]string{"WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL": "0.01"}[name] // to learn of it soon
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	ctx := context.Background()

	lost := make(chan error, 1)
	run, err := c.Init(ctx, client.RunOptions{
		Entity: "acme", Project: "vision",
		OnLost: func(err error) { lost <- err },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv.SetRole("acme", "alice", wandbtest.RoleViewer) // somebody does
	fmt.Println(run.Log(map[string]any{"loss": 0.5}))
	fmt.Println(errors.Code(<-lost))
	fmt.Println(run.Log(map[string]any{"loss": 0.25})) // goes to the disk
	fmt.Println(errors.Is(run.Finish(ctx), errors.ErrViewerRole))
	// Output:
	// <nil>
	// viewer_role
	// <nil>
	// true
}

// A program that writes into a log file has to say itself where the run is. On a
// terminal the client has.
func ExampleClient_Interactive() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if !c.Interactive() {
		fmt.Println("logging to", run.Entity()+"/"+run.Project()+"/"+run.ID())
	}
	fmt.Println(run.Finish(ctx))
	// Output:
	// logging to acme/vision/run1
	// <nil>
}
