package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
)

// exitCode is the error of a command that has printed all there is to say. It ends the program with
// this status.
type exitCode int

func (e exitCode) Error() string { return "exit status " + strconv.Itoa(int(e)) }

// misuse says what is wrong with a command line, and the correct usage.
type misuse struct {
	command
	text string
}

func (e *misuse) Error() string {
	if e.name == "" {
		return "wandgo: " + printable(e.text) + "\nFor a list of commands: wandgo help"
	}
	return fmt.Sprintf("wandgo %s: %s\n%s\nMore: wandgo help %s", e.name, printable(e.text), e.usage(), e.name)
}

func usageError(c command, format string, args ...any) error {
	return &misuse{c, fmt.Sprintf(format, args...)}
}

// ownFailure is an error that is printed in one line, behind what failed.
type ownFailure struct {
	what string
	error
}

func (e *ownFailure) Error() string { return e.what + ": " + printable(e.error.Error()) }

// commandFailed says that a command failed, nil without an error.
func commandFailed(c command, err error) error {
	if err == nil {
		return nil
	}
	return &ownFailure{"wandgo " + c.name, err}
}

// failed says that wandgo itself failed while doing something, nil without an error.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return &ownFailure{"wandgo: " + what, err}
}

// exit prints the error of a command, and returns the exit status.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitAllowed
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if wrong, ok := errors.AsType[*misuse](err); ok {
		fmt.Fprintln(a.stderr, wrong)
		return exitUsage
	}
	if own, ok := errors.AsType[*ownFailure](err); ok {
		fmt.Fprintln(a.stderr, own)
		return exitInternal
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	a.explainError(err)
	return exitStatus(err)
}

// withClient calls do with a client of the environment.
func (a *app) withClient(ctx context.Context, do func(*client.Client) error) error {
	return withOptions(ctx, a.env.options(), do)
}

// withOptions is withClient for a client with other options.
func withOptions(ctx context.Context, opts client.Options, do func(*client.Client) error) error {
	c, err := client.New(opts)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	err = do(c)
	if ctx.Err() != nil {
		return exitCode(exitInterrupted)
	}
	return err
}
