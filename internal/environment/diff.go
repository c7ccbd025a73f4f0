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

// ErrTooLarge means that a difference is larger than was allowed.
var ErrTooLarge = errors.New("the difference is too large")

// diffWaitDelay is how long a killed git has to close its output.
const diffWaitDelay = time.Second

// Diff returns what differs in the tracked files of the work tree that dir is in
// from the commit that is checked out, as git diff HEAD prints it; nothing where
// nothing differs. Files that Git does not track are not in it. Unlike for the
// commit, git is needed. It is run without what a repository can have it run for a
// diff, which leaves the filters that the user set up for the files' content.
//
// Of more than limit bytes nothing is returned, but an error that wraps
// [ErrTooLarge]; without git it wraps exec.ErrNotFound.
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

// cut keeps an output up to a limit, and refuses the rest.
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
