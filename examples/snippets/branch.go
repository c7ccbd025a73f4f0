package snippets

import (
	"context"
	"fmt"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

func start(ctx context.Context, opts client.RunOptions) (*client.Run, error) {
	run, err := client.Init(ctx, opts)
	switch {
	case errors.Is(err, errors.ErrNotTeamMember):
		refused, _ := errors.AsType[*errors.PermissionError](err)
		return nil, fmt.Errorf("use one of your entities %q: %w", refused.Viewer.Teams, err)
	case errors.Is(err, errors.ErrPermissionDenied):
		return nil, fmt.Errorf("an admin has to grant access: %w", err)
	case errors.IsRetryable(err):
		return nil, fmt.Errorf("try again later: %w", err)
	}
	return run, err
}
