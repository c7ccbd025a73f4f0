package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/term"
)

var verifyCommand = command{
	name: "verify", args: "[--host URL] [--entity E] [--project P]",
	summary: "create a test run and check that the server stores it",
	long: `
Checks a server from end to end: that it recognizes the key, that a run can be
created, that rows, config, summary and files are stored, that a request of 2 MB
passes every proxy, and that the data can be read back. It creates one short run
with the job type "verify". To check permissions only, run wandgo doctor.

Flags:
  --host URL    check this server (default: the server of the settings)
  --entity E    create the run for this team or user (default: the settings,
                then the account's default)
  --project P   create the run in this project (default "verify")
  --timeout D   total time for the check (default 2m)

The exit status is 0 if every check passes, and otherwise that of the first
failure; see wandgo doctor --exit-codes.

Examples:
  wandgo verify
  wandgo verify --host https://wandb.example.com
`,
	run: runVerify,
}

// verifyTimeout is the default of --timeout.
const verifyTimeout = 2 * time.Minute

// The test run logs rows that are together larger than what proxies accept by default
// (1 MB), in one request.
const (
	verifyRows     = 40
	verifyRowBytes = 64 << 10
)

func runVerify(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	host := set.String("host", "", "")
	var opts client.RunOptions
	set.StringVar(&opts.Entity, "entity", "", "")
	set.StringVar(&opts.Project, "project", "verify", "")
	timeout := set.Duration("timeout", verifyTimeout, "")
	if err := a.parse(c, set, args); err != nil {
		return err
	}
	if *timeout <= 0 {
		return usageError(c, "--timeout must be positive")
	}
	dir, err := os.MkdirTemp("", "wandgo-verify-")
	if err != nil {
		return failed("make a directory for the test run", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	options := a.env.options()
	options.BaseURL, options.Dir, options.Output = *host, dir, io.Discard
	timed, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	return withOptions(ctx, options, func(cl *client.Client) error {
		v := &verification{printer: a.printer(true), client: cl, dir: dir, options: opts}
		v.printf("%s\n", printable(cl.BaseURL()))
		if err := v.do(timed); err != nil {
			return err
		}
		return failed("print the result", v.err)
	})
}

// verification is one call of wandgo verify.
type verification struct {
	*printer
	client  *client.Client
	dir     string
	options client.RunOptions
}

// do runs the checks in order and stops at the first failure.
func (v *verification) do(ctx context.Context) error {
	viewer, err := v.client.Viewer(ctx)
	if err != nil {
		return v.failed("key", err)
	}
	v.passed("key", printable(viewer.Username))
	v.options.JobType, v.options.StatsInterval = "verify", -1
	v.options.Config = map[string]any{"verify": true}
	run, err := v.client.Init(ctx, v.options)
	if err != nil {
		if refused, ok := errors.AsType[*errors.PermissionError](err); ok {
			test := *refused
			test.Op = "create test run"
			err = &test
		}
		return v.failed("create", err)
	}
	v.passed("create", run.URL())
	if err := v.upload(ctx, run); err != nil {
		return v.failed("upload", err)
	}
	v.passed("upload", counted(verifyRows, "row")+", "+size(verifyRows*verifyRowBytes))
	if err := v.readBack(ctx, run); err != nil {
		return v.failed("read back", err)
	}
	v.passed("read back", counted(verifyRows, "row")+" and the summary")
	v.printf("Every check passed.\n")
	return nil
}

// passed prints a check that passed, with a detail.
func (v *verification) passed(check, detail string) {
	v.printf("  %s  %s\n", v.style.Green("ok  "), strings.TrimRight(term.Pad(check, len("read back"))+"  "+detail, " "))
}

// failed prints a check that failed, and returns why.
func (v *verification) failed(check string, err error) error {
	v.printf("  %s  %s\n\n", v.style.Red("FAIL"), check)
	return err
}

// upload logs rows and a file, and finishes the run.
func (v *verification) upload(ctx context.Context, run *client.Run) error {
	file := filepath.Join(v.dir, "verify.txt")
	err := os.WriteFile(file, []byte("wandgo verify\n"), 0o600)
	if err == nil {
		_, err = run.SaveFile(file, v.dir, client.SaveNow)
	}
	filler := strings.Repeat("x", verifyRowBytes)
	for i := range verifyRows {
		err = errors.Join(err, run.Log(map[string]any{"verify/row": i, "verify/filler": filler}))
	}
	return errors.Join(err, run.Finish(ctx))
}

// readBack resumes the run, for which the server reports what it has.
func (v *verification) readBack(ctx context.Context, first *client.Run) error {
	opts := v.options
	opts.Entity, opts.Project, opts.ID, opts.Resume = first.Entity(), first.Project(), first.ID(), "must"
	run, err := v.client.Init(ctx, opts)
	if err != nil {
		return err
	}
	step := run.Step()
	last, _ := run.Summary("verify/row")
	if err := run.Finish(ctx); err != nil {
		return err
	}
	if step != verifyRows || fmt.Sprint(last) != strconv.Itoa(verifyRows-1) {
		return fmt.Errorf("read back run %s: the server has %d of %d rows, and %v as the last value", first.ID(), step, verifyRows, last)
	}
	return nil
}
