package main

import (
	"context"

	"github.com/wandgo/wandgo/client"
)

// withClient calls do with a client of the environment, and explains its error. It returns the exit
// status.
func (a *app) withClient(ctx context.Context, do func(*client.Client) error) int {
	return a.withOptions(ctx, a.env.options(), do)
}

// withOptions is withClient for a client with other options.
func (a *app) withOptions(ctx context.Context, opts client.Options, do func(*client.Client) error) int {
	c, err := client.New(opts)
	if err == nil {
		defer func() { _ = c.Close() }()
		err = do(c)
	}
	return a.outcome(ctx, err)
}

// outcome explains the error of a command and returns its exit status.
func (a *app) outcome(ctx context.Context, err error) int {
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case err != nil:
		a.explainError(err)
		return exitStatus(err)
	}
	return exitAllowed
}
