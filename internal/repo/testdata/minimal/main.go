// Command minimal is the smallest useful program: it creates a run, logs to it
// and finishes it. Its size and its modules are what client costs a user.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func main() {
	if err := train(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func train(ctx context.Context) error {
	run, err := client.Init(ctx, client.RunOptions{Project: "minimal"})
	if err != nil {
		return err
	}
	return errors.Join(run.Log(map[string]any{"loss": 0.5}), run.Finish(ctx))
}
