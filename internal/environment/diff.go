package environment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// ErrTooLarge is the error for a diff that exceeds the limit.
var ErrTooLarge = errors.New("the difference is too large")

// diffWaitDelay is the time that git has to close its output after it is killed.
const diffWaitDelay = time.Second

// Diff returns the changes of the tracked files in the work tree of dir since the checked-out
// commit, as git diff HEAD prints them. It is empty if nothing has changed. It runs git
// without the programs that a repository can configure for a diff, but with the user's
// content filters. The error matches
//
//   - [ErrTooLarge] for a diff of more than limit bytes,
//   - exec.ErrNotFound if git is not installed.
func Diff(ctx context.Context, dir string, limit int) ([]byte, error) {
	out, said := cut{limit: limit}, cut{limit: 4 << 10}
	command := exec.CommandContext(ctx, "git",
		"--no-optional-locks", "-c", "core.fsmonitor=false",
		"diff", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD")
	command.Dir, command.Stdout, command.Stderr, command.WaitDelay = dir, &out, &said, diffWaitDelay
	err := command.Run()
	switch {
	case out.over:
		return nil, fmt.Errorf("run git diff: %w: more than %d bytes", ErrTooLarge, limit)
	case err == nil:
		return out.text.Bytes(), nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("run git diff: %w", context.Cause(ctx))
	}
	if why, _, _ := strings.Cut(strings.TrimSpace(said.text.String()), "\n"); why != "" {
		return nil, fmt.Errorf("run git diff: %w: %s", err, why)
	}
	return nil, fmt.Errorf("run git diff: %w", err)
}

// cut stores an output up to a limit, and fails beyond it.
type cut struct {
	text  bytes.Buffer
	limit int
	over  bool
}

func (c *cut) Write(p []byte) (int, error) {
	if c.text.Len()+len(p) > c.limit {
		c.over = true
		return 0, ErrTooLarge
	}
	return c.text.Write(p)
}
