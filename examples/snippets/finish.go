package snippets

import (
	"context"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func finish(ctx context.Context, run *client.Run) error {
	if e, ok := errors.AsType[*client.InterruptedError](context.Cause(ctx)); ok {
		return errors.Join(e, run.FinishWithCode(context.WithoutCancel(ctx), e.ExitCode())) // 255 or 143
	}
	return run.Finish(context.WithoutCancel(ctx))
}
