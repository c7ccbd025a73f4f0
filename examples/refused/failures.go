package main

import (
	"context"
	"net/http"
	"os"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// mine is a run that would be allowed.
func (l *lab) mine(ctx context.Context, change func(env)) error {
	e := l.as(key("jo"))
	if change != nil {
		change(e)
	}
	return l.tryInit(ctx, e, "jo-lab", "vision")
}

// answering is a case in which the server answers like that, whoever asks.
func answering(f wandbtest.Fault) func(context.Context, *lab) error {
	return func(ctx context.Context, l *lab) error {
		return l.under(f, func() error { return l.mine(ctx, nil) })
	}
}

// failures are no refusals: nobody's rights are in question.
func failures() []refusal {
	return []refusal{
		{
			"invalid_input", errors.ErrInvalidInput,
			"entity and project were given in one", initAs("jo", "jo-lab", "jo-lab/vision"),
		},
		{
			"run_deleted", errors.ErrRunDeleted,
			"a run of this id was deleted, which burns the id",
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
			"a run that must be new has the id of an earlier one",
			func(ctx context.Context, l *lab) error {
				again := client.RunOptions{Entity: "jo-lab", Project: "ablation", ID: "baseline", Resume: "never"}
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
			"a run is to go on, and its id has a typing error",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "ablation", ID: "basline", Resume: "must"})
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
			"two parts of a program number their steps differently",
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
			"somebody cleans up the disk under an offline run",
			func(ctx context.Context, l *lab) error {
				run, done, err := l.init(ctx, l.as(key("jo")), client.RunOptions{Entity: "jo-lab", Project: "vision", ID: "run5", Mode: "offline"})
				defer done()
				if err != nil {
					return err
				}
				if err := os.RemoveAll(run.Dir()); err != nil {
					return err
				}
				// Rows reach the disk in blocks, so that it takes some to find out.
				for ctx.Err() == nil && !errors.Is(err, errors.ErrRowLost) {
					err = run.Log(map[string]any{"loss": 0.1})
				}
				if run.Finish(ctx) == nil {
					return nil // it cannot have finished well
				}
				return err
			},
		},
		{
			"rate_limited", errors.ErrRateLimited,
			"too many runs were started at once",
			answering(wandbtest.Fault{
				Status: http.StatusTooManyRequests, Body: `{"error":"rate limit exceeded"}`,
				Header: http.Header{"Retry-After": {"0.01"}},
			}),
		},
		{
			"server_unavailable", errors.ErrServerUnavailable,
			"the server is being restarted",
			answering(wandbtest.Fault{Status: http.StatusServiceUnavailable, Body: "<html>be right back</html>"}),
		},
		{
			"server_unavailable_cut", errors.ErrServerUnavailable,
			"the network breaks every connection", answering(wandbtest.Fault{Cut: wandbtest.CutBefore}),
		},
		{
			"wrong_base_url", errors.ErrWrongBaseURL,
			"the base URL has a path too many",
			func(ctx context.Context, l *lab) error {
				return l.mine(ctx, func(e env) { e["WANDB_BASE_URL"] += "/api" })
			},
		},
		{
			"schema_mismatch", errors.ErrSchemaMismatch,
			"the server is too old for what it is asked",
			answering(wandbtest.Fault{
				Body: `{"errors":[{"message":"Cannot query field \"upsertBucket\" on type \"Mutation\".","locations":[{"line":2,"column":3}]}]}`,
			}),
		},
		{
			"unexpected_answer", errors.ErrUnexpectedAnswer,
			"the server accepts the run and does not return it",
			answering(wandbtest.Fault{Body: `{"data":{"upsertBucket":{"bucket":null}}}`}),
		},
	}
}
