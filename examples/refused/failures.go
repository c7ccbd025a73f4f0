package main

import (
	"context"
	"net/http"
	"os"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// allowed creates a run that the rules allow, in an environment that change may edit.
func (l *lab) allowed(ctx context.Context, change func(env)) error {
	e := l.as(key("jo"))
	if change != nil {
		change(e)
	}
	return l.tryInit(ctx, e, "jo-lab", "vision")
}

// responding creates a run while every response is a fault.
func responding(f wandbtest.Fault) func(context.Context, *lab) error {
	return func(ctx context.Context, l *lab) error {
		return l.under(f, func() error { return l.allowed(ctx, nil) })
	}
}

// failures are the errors that are not about permissions.
func failures() []refusal {
	return []refusal{
		{
			"invalid_input", errors.ErrInvalidInput,
			"entity and project are both in the project name", initAs("jo", "jo-lab", "jo-lab/vision"),
		},
		{
			"run_deleted", errors.ErrRunDeleted,
			"a run with this id was deleted, so the id cannot be used again",
			func(ctx context.Context, l *lab) error {
				e := l.as(key("jo")).with("WANDB_RUN_ID", "first-try")
				run, done, err := l.init(ctx, e, client.RunOptions{Entity: "jo-lab", Project: "scratch"})
				defer done()
				if err == nil {
					if err := run.Finish(ctx); err != nil {
						return err
					}
					if err := l.server.DeleteRun("jo-lab", "scratch", "first-try"); err != nil {
						return err
					}
					_, again, err := l.init(ctx, e, client.RunOptions{Entity: "jo-lab", Project: "scratch"})
					again()
					return err
				}
				return err
			},
		},
		{
			"run_exists", errors.ErrRunExists,
			"a run that must be new has the id of an existing one",
			func(ctx context.Context, l *lab) error {
				again := client.RunOptions{Entity: "jo-lab", Project: "ablation", ID: "baseline", Resume: client.ResumeNever}
				run, done, err := l.init(ctx, l.as(key("jo")), again)
				defer done()
				if err == nil {
					if err := run.Finish(ctx); err != nil {
						return err
					}
					_, done, err = l.init(ctx, l.as(key("jo")), again)
					defer done()
				}
				return err
			},
		},
		{
			"run_missing", errors.ErrRunMissing,
			"the id of the run to resume has a typo",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "ablation", ID: "basline", Resume: client.ResumeMust})
				defer done()
				if err != nil {
					return err
				}
				return run.Finish(ctx)
			},
		},
		{
			"run_finished", errors.ErrRunFinished,
			"the program logs after Finish",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "vision", ID: "run3"})
				defer done()
				if err != nil {
					return err
				}
				if err := run.Finish(ctx); err != nil {
					return err
				}
				return run.Log(map[string]any{"loss": 0.1})
			},
		},
		{
			"step_in_past", errors.ErrStepInPast,
			"two parts of a program count steps differently",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "vision", ID: "run4"})
				defer done()
				if err != nil {
					return err
				}
				if err := run.LogAt(100, map[string]any{"loss": 0.1}); err != nil {
					return err
				}
				return errors.Join(run.LogAt(1, map[string]any{"samples": 64}), run.Finish(ctx))
			},
		},
		{
			"row_lost", errors.ErrRowLost,
			"the directory of an offline run is deleted in mid-run, and cannot be created again",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "vision", ID: "run5", Mode: client.ModeOffline})
				defer done()
				if err != nil {
					return err
				}
				if err := run.Log(map[string]any{"loss": 0.1}); err != nil {
					return err
				}
				gone := run.Dir() + ".gone"
				if err := errors.Join(os.Rename(run.Dir(), gone), os.WriteFile(run.Dir(), nil, 0o600), os.RemoveAll(gone)); err != nil {
					return err
				}
				return run.Finish(ctx)
			},
		},
		{
			"metric_limit", errors.ErrMetricLimit,
			"every row has a key of its own",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "vision", ID: "run6"})
				defer done()
				if err != nil {
					return err
				}
				limit := wandbtest.Fault{
					Operation: "file_stream", Status: http.StatusBadRequest, Body: "{}", Count: 1,
					Header: http.Header{"X-Wandb-Error-Code": {"run_metric_limit_exceeded"}},
				}
				return l.under(limit, func() error {
					return errors.Join(run.Log(map[string]any{"loss/sample-1": 0.1}), run.Finish(ctx))
				})
			},
		},
		{
			"rate_limited", errors.ErrRateLimited,
			"too many runs start at once",
			responding(wandbtest.Fault{
				Status: http.StatusTooManyRequests, Body: `{"error":"rate limit exceeded"}`,
				Header: http.Header{"Retry-After": {"0.01"}},
			}),
		},
		{
			"server_unavailable", errors.ErrServerUnavailable,
			"the server restarts",
			responding(wandbtest.Fault{Status: http.StatusServiceUnavailable, Body: "<html>be right back</html>"}),
		},
		{
			"server_unavailable_cut", errors.ErrServerUnavailable,
			"every connection breaks", responding(wandbtest.Fault{Cut: wandbtest.CutBefore}),
		},
		{
			"wrong_base_url", errors.ErrWrongBaseURL,
			"the base URL has an extra path",
			func(ctx context.Context, l *lab) error {
				return l.allowed(ctx, func(e env) { e["WANDB_BASE_URL"] += "/api" })
			},
		},
		{
			"schema_mismatch", errors.ErrSchemaMismatch,
			"the server is too old for the request",
			responding(wandbtest.Fault{
				Body: `{"errors":[{"message":"Cannot query field \"upsertBucket\" on type \"Mutation\".","locations":[{"line":2,"column":3}]}]}`,
			}),
		},
		{
			"unexpected_answer", errors.ErrUnexpectedAnswer,
			"the server accepts the run but does not return it",
			responding(wandbtest.Fault{Body: `{"data":{"upsertBucket":{"bucket":null}}}`}),
		},
	}
}
