package gomlx_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/pkg/ml/context/checkpoints"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/contrib/gomlx"
	"github.com/wandgo/wandgo/wandbtest"
)

// A training on the pure Go backend, with a server in the process. Without client.Options
// it logs to the server and the account of the environment.
func Example() {
	srv, err := wandbtest.Start(wandbtest.Solo())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	dir, err := os.MkdirTemp("", "gomlx-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	c, err := client.New(client.Options{BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: dir, Getenv: func(string) string { return "" }})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	if err := fit(c, dir); err != nil {
		fmt.Println(err)
		return
	}

	stored, _ := srv.Run("acme", "lines", "run1")
	fmt.Println(stored.State, "with learning rate", stored.Config["learning_rate"])
	fmt.Println(len(stored.History()), "rows, the last of step", stored.Summary[gomlx.Step])
	for _, v := range srv.Artifacts() {
		fmt.Println(v.Collection, v.Version, v.Aliases, len(v.Files), "files")
	}
	// Output:
	// finished with learning rate 0.1
	// 22 rows, the last of step 200
	// model-run1 0 [step-100] 2 files
	// model-run1 1 [latest step-200] 2 files
}

// fit trains a model and logs the training.
func fit(c *client.Client, dir string) error {
	loop, dataset, validation, end, err := newLoop(nil)
	if err != nil {
		return err
	}
	defer end()
	handler, err := checkpoints.Build(loop.Trainer.Context()).Dir(filepath.Join(dir, "checkpoints")).Keep(1).Done()
	if err != nil {
		return err
	}
	ctx := context.Background()
	run, err := c.Init(ctx, client.RunOptions{Entity: "acme", Project: "lines", ID: "run1"})
	if err != nil {
		return err
	}
	gomlx.Attach(loop, run, gomlx.Options{Every: 10})
	gomlx.AttachEval(loop, run, validation, gomlx.EvalOptions{Every: 100})
	gomlx.AttachCheckpoints(loop, run, handler, gomlx.CheckpointOptions{Every: 100})
	if _, err := loop.RunSteps(dataset, 200); err != nil {
		_ = run.FinishWithCode(ctx, 1)
		return err
	}
	return run.Finish(ctx)
}
