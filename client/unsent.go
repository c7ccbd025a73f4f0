package client

import (
	"context"
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/connection"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/plaintext"
	"github.com/wandgo/wandgo/internal/resume"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// UnsentError says that earlier processes of a resumed run left rows that are not on the
// server. [Run.Err] returns it. The run continues at a step behind theirs, so that a later
// sync can upload them.
type UnsentError struct {
	// Dirs are the directories with the rows, Rows is their number as far as it is known.
	Dirs []string
	Rows int64
	// Err is why they were not uploaded.
	Err error
}

func (e *UnsentError) Error() string {
	var b strings.Builder
	what := "the log"
	if e.Rows > 0 {
		what = counted(e.Rows, "row")
	}
	fmt.Fprintf(&b, "not uploaded: %s of an earlier process of this run: %s", what, plaintext.Line(e.Err.Error(), maxReason))
	paths := make([]string, 0, len(e.Dirs))
	for _, dir := range e.Dirs {
		fmt.Fprintf(&b, "\nstored in %s", plaintext.Escape(dir, plaintext.NoLimit))
		paths = append(paths, plaintext.ShellPath(dir))
	}
	fmt.Fprintf(&b, "\nto upload them when this run has ended: wandgo sync %s", strings.Join(paths, " "))
	return b.String()
}

func (e *UnsentError) Unwrap() error { return e.Err }

// errMayBeAlive is why the log of another client is left alone.
var errMayBeAlive = errors.New("its log has no end and changed less than five minutes ago, so the process may still be running")

// maxReason bounds the reason in the text of an UnsentError.
const maxReason = 300

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// unsentLogs are the logs of earlier processes of the run that the server may not have.
// The logs of living processes are not among them.
func (c *Client) unsentLogs(p *plan) []*syncrun.Log {
	if p.resume == "" || p.resume == ResumeNever || p.Writer != nil {
		return nil
	}
	at := p.Target(c.env)
	var logs []*syncrun.Log
	for _, l := range syncrun.FindRun(p.ID, rundir.AllRoots(c.env.Settings.RunRoot(), c.tempDir())...) {
		if l.MayBelongTo(at) && !l.Acknowledged(at) {
			logs = append(logs, l)
		}
	}
	return logs
}

// sendUnsent uploads them. What cannot be uploaded is returned in left; the run
// must continue at step next or later. The error is that of ctx.
func (c *Client) sendUnsent(ctx context.Context, p *plan, logs []*syncrun.Log) (left *UnsentError, next int64, err error) {
	engine := &syncrun.Engine{Server: syncrun.Remote{Connection: connection.Of(c)}, Options: syncrun.Options{
		Entity: p.Entity, Project: p.Project, BaseURL: c.env.Settings.BaseURL.Text, Key: c.env.Settings.Key,
		DefaultEntity: c.env.Settings.Entity.Text, DefaultProject: c.env.Settings.Project.Text,
		Continued: true, RetryTimeout: c.env.Timeout,
	}}
	results, err := engine.Sync(ctx, logs)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, 0, fmt.Errorf("upload rows of earlier processes: %w", err)
	}
	for i := range results {
		r := &results[i]
		for _, warning := range r.NotUploaded() {
			c.env.Log.Warn("upload of an earlier process's log", "run", p.String(), "path", r.Path, "warning", warning)
			p.warnings = append(p.warnings, "log of an earlier process, "+r.Dir+": "+warning)
		}
		reason := c.syncedRun(r).Err
		if r.InUse && !logs[i].Ours() { // the official client does not lock its logs
			reason = errMayBeAlive
		}
		if r.Waits {
			reason = errors.New(r.Reason)
		}
		if reason == nil {
			c.env.Log.Info("log of an earlier process", "run", p.String(), "path", r.Path, "outcome", r.Outcome, "reason", r.Reason, "rows", r.RowsSent)
			continue
		}
		if left == nil {
			left = &UnsentError{Err: reason}
		}
		left.Dirs = append(left.Dirs, r.Dir)
		left.Rows += r.Unsent
		next = max(next, r.LastStep+1)
	}
	return left, next, nil
}

// recover uploads what earlier processes of a resumed run left on this machine, before
// the server is asked where the run continues. The run must continue at step next or
// later, behind the rows that could not be uploaded.
func (c *Client) recover(ctx context.Context, p *plan, q diagnose.Question) (next int64, err error) {
	logs := c.unsentLogs(p)
	if len(logs) == 0 {
		return 0, nil
	}
	if err := c.mayResume(ctx, p, q); err != nil {
		return 0, err
	}
	left, next, err := c.sendUnsent(ctx, p, logs)
	if left != nil {
		p.Unsent = left
	}
	return next, err
}

// mayResume asks for the run once, so that a server that cannot be reached or refuses the
// run is reported as that, and not as trouble with a log.
func (c *Client) mayResume(ctx context.Context, p *plan, q diagnose.Question) error {
	within, cancel := context.WithTimeout(ctx, c.env.Timeout)
	defer cancel()
	defer c.env.Screen.Waiting(c.env.Settings.BaseURL.Text, c.env.Timeout)()
	if _, err := c.status(within, p); err != nil {
		q.Op = diagnose.OpResumeRun
		return c.env.Diagnoser.Explain(ctx, within, q, err)
	}
	return nil
}

// leaveRoom makes the run continue behind the rows that are not on the server yet.
func (p *plan) leaveRoom(next int64) {
	if next == 0 {
		return
	}
	if p.State == nil {
		p.State = new(resume.State)
	}
	p.State.Step = max(p.State.Step, next)
}

// status asks how far the run is on the server.
func (c *Client) status(ctx context.Context, p *plan) (*graphql.ResumeStatusResponse, error) {
	return graphql.ResumeStatus(ctx, p.GraphQL, gqlclient.Optional(p.Entity), gqlclient.Optional(p.Project), p.ID)
}
