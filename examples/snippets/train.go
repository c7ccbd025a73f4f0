package snippets

import (
	"context"

	"github.com/wandgo/wandgo/client"
)

func train(ctx context.Context) error {
	run, err := client.Init(ctx, client.RunOptions{Project: "digits", Config: map[string]any{"lr": 0.1}})
	if err != nil {
		return err // errors.Explain(err) says why, and what to do
	}
	for step := range 100 {
		run.Log(map[string]any{"loss": 1 / float64(step+1)})
	}
	return run.Finish(ctx)
}
