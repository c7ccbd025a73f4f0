package snippets

import (
	"context"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func finish(ctx context.Context, run *client.Run) error {
	end := context.WithoutCancel(ctx)
	if e, ok := errors.AsType[*client.InterruptedError](context.Cause(ctx)); ok {
		return errors.Join(e, run.FinishWithCode(end, e.ExitCode())) // 255 for Ctrl-C, 143 for SIGTERM
	}
	return run.Finish(end)
}
