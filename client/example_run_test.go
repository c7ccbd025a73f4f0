package client_test

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// A process that was interrupted goes on where it stopped: step, config and
// summary are those of the server.
func ExampleRunOptions_resume() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	opts := client.RunOptions{Entity: "acme", Project: "vision", ID: "baseline", Resume: "allow"}
	for range 2 { // as two processes would
		run, err := c.Init(ctx, opts)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("resumed:", run.Resumed(), "first step:", run.Step())
		err = errors.Join(
			run.Log(map[string]any{"loss": 0.5}),
			run.Log(map[string]any{"loss": 0.25}),
			run.Finish(ctx),
		)
		if err != nil {
			fmt.Println(err)
		}
	}

	opts.Resume = "never"
	_, err := c.Init(ctx, opts)
	fmt.Println(errors.Is(err, errors.ErrRunExists))
	// Output:
	// resumed: false first step: 0
	// resumed: true first step: 2
	// true
}

// The config takes what becomes known later. A value that is set already changes
// only where that is said.
func ExampleRun_UpdateConfig() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{
		Entity: "acme", Project: "vision", ID: "run1", Config: map[string]any{"lr": 0.1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.UpdateConfig(map[string]any{"parameters": 67}))
	fmt.Println(errors.Is(run.UpdateConfig(map[string]any{"lr": 0.2}), errors.ErrInvalidInput))
	fmt.Println(run.OverwriteConfig(map[string]any{"lr": 0.2}))
	fmt.Println(run.Finish(ctx))

	stored, _ := srv.Run("acme", "vision", "run1")
	fmt.Println(stored.Config["lr"], stored.Config["parameters"])
	// Output:
	// <nil>
	// true
	// <nil>
	// <nil>
	// 0.2 67
}

// Labels sort runs in the web UI, and can change while the run goes on.
func ExampleRun_SetTags() {
	srv, dir, done := world()
	defer done()
	c := aliceAt(srv, dir)
	defer c.Close()
	ctx := context.Background()

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1", Tags: []string{"draft"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(errors.Join(
		run.SetName("the good one"),
		run.SetTags("baseline"),
		run.AddTags("paper"),
		run.Finish(ctx),
	))

	stored, _ := srv.Run("acme", "vision", "run1")
	slices.Sort(stored.Tags)
	fmt.Println(stored.DisplayName, stored.Tags)
	// Output:
	// <nil>
	// the good one [baseline paper]
}

// Commit moves on to the next step, also where nothing was logged at this one.
func ExampleRun_Commit() {
	run, stored := underWay(client.RunOptions{})
	fmt.Println(errors.Join(
		run.LogPartial(map[string]any{"loss": 0.5}),
		run.Commit(),
		run.Commit(),
		run.Log(map[string]any{"loss": 0.25}),
	))
	for _, row := range stored().History() {
		fmt.Println(row["_step"], row["loss"])
	}
	// Output:
	// <nil>
	// 0 0.5
	// 2 0.25
}

// A value that is set already needs the word overwrite, so that no run says it had
// another config than it had.
func ExampleRun_OverwriteConfig() {
	run, stored := underWay(client.RunOptions{Config: map[string]any{"lr": 0.1}})
	fmt.Println(run.OverwriteConfig(map[string]any{"lr": 0.2}))
	fmt.Println(stored().Config["lr"])
	// Output:
	// <nil>
	// 0.2
}

// What the web UI sorts and finds runs by can change while the run goes on.
func ExampleRun_SetName() {
	run, stored := underWay(client.RunOptions{})
	fmt.Println(errors.Join(
		run.SetName("the good one"),
		run.SetGroup("ablation"),
		run.SetJobType("eval"),
		run.SetNotes("with the new tokenizer"),
	))
	v := stored()
	fmt.Printf("%s, %s, %s, %s\n", v.DisplayName, v.Group, v.JobType, v.Notes)
	// Output:
	// <nil>
	// the good one, ablation, eval, with the new tokenizer
}

// A training loop that watches the run's context ends when somebody presses Stop
// on the run's page.
func ExampleRun_Context() {
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

	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "vision", ID: "run1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := srv.StopRun("acme", "vision", "run1"); err != nil { // somebody presses it
		fmt.Println(err)
	}
	for step := 0; run.Context().Err() == nil; step++ {
		if err := run.Log(map[string]any{"loss": 1 / float64(step+1)}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(errors.Is(context.Cause(run.Context()), client.ErrStopped))
	fmt.Println(run.FinishWithCode(ctx, 1))
	// Output:
	// true
	// <nil>
}

// A metric can have an x-axis of its own, and a summary other than its last value.
func ExampleRun_DefineMetric() {
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
	fmt.Println(run.DefineMetric("val/*", client.MetricOptions{
		StepMetric: "epoch", Summary: []client.SummaryKind{client.SummaryMin},
	}))
	for epoch, loss := range []float64{0.5, 0.25, 0.75} {
		if err := run.Log(map[string]any{"epoch": epoch, "val/loss": loss}); err != nil {
			fmt.Println(err)
		}
	}
	least, _ := run.Summary("val/loss", "min")
	fmt.Println("least:", least)
	fmt.Println(run.Finish(ctx))
	// Output:
	// <nil>
	// least: 0.25
	// <nil>
}

// What the program prints, and the files it writes, can stand beside its metrics.
func ExampleRun_Stdout() {
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
	out := run.Stdout(os.Stdout)
	fmt.Fprintln(out, "epoch 1: loss 0.5")
	fmt.Println(run.Finish(ctx))
	// Output:
	// epoch 1: loss 0.5
	// <nil>
}
