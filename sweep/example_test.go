package sweep_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func ExampleAgent_Run() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	ctx := context.Background()
	cfg, err := sweep.Parse([]byte("method: grid\nproject: vision\nmetric: {name: loss}\nparameters: {x: {values: [1, 2, 3]}}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := sweep.New(ctx, c, cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	agent := sweep.Agent{Client: c, Sweep: s.Path(), Heartbeat: 10 * time.Millisecond}
	err = agent.Run(ctx, func(_ context.Context, run *client.Run) error {
		x := run.Config().Float("x")
		return run.Log(map[string]any{"loss": (x - 2) * (x - 2)})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	best, err := s.BestTrial(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the best x is", best.Config["x"])
	// Output: the best x is 2
}

func ExampleLocal_Run() {
	dir, err := os.MkdirTemp("", "example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	c, err := client.New(client.Options{Dir: dir, Output: io.Discard, Getenv: func(string) string { return "" }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	cfg, err := sweep.Parse([]byte("method: grid\nproject: vision\nmetric: {name: loss}\nparameters: {x: {values: [1, 2, 3]}}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	local := sweep.Local{Client: c, Config: cfg, Dir: filepath.Join(dir, "sweep"), Options: client.RunOptions{Mode: client.ModeOffline}}
	err = local.Run(context.Background(), func(_ context.Context, run *client.Run, trial *sweep.LocalTrial) error {
		x := run.Config().Float("x")
		return trial.Report(run, map[string]any{"loss": (x - 2) * (x - 2)}) // instead of run.Log
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := sweep.Results(local.Dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the best x is", sweep.Best(results, sweep.Minimize).Params["x"])
	// Output: the best x is 2
}
