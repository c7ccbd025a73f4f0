package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/doctor"
)

// doctorHelp has a gap for the table of exit statuses.
const doctorHelp = `
Checks everything that creating a run depends on, in this order: the API key (or
the identity token) and where it comes from, other keys that are not used, the
server, the account, the entity, the role, the project. Reports whether a run
can be created, why not, and what to do. It creates nothing.

Flags:
  --entity E       the team or user to check (default: as for a run, from
                   WANDB_ENTITY, the settings files, or the account's default)
  --project P      the project to check (default: as for a run)
  --json           print one JSON document instead of text
  --report[=FILE]  also write a report for a bug tracker to FILE (default
                   wandgo-report.md). With "-", print it instead of the text.
                   Keys, email addresses and the home directory are removed;
                   names of users, teams and projects are not
  --timeout D      total time to wait for the server (default 20s)
  --no-color       print without color (the default if stdout is not a
                   terminal or NO_COLOR is set)
  --exit-codes     print the exit statuses and their causes

JSON (all keys are always present):
  version      version of this format, 1
  decision     "allowed", "denied" or "unknown"
  confidence   "certain", "likely" or "undetermined"
  cause        code of the cause, see the exit statuses; "" if allowed
  candidates   codes of the possible causes if the cause is undetermined
  exitStatus   exit status of the command
  key          source, form, flaws, lookups, others (source, same, form)
  server       baseUrl, source, appUrl, reached (null if not tried)
  viewer       username, accountType, defaultEntity, teams, teamsComplete;
               or null
  entity       name, source, defaulted
  project      name, source
  role         role in the team or project, "" if unknown
  checks       name, status (ok, fail, unsure, note, skipped), text, details
  evidence     name, question, outcome, result, statusCode
  notes        further facts
  error        the error that the client returns, null if allowed
  explanation  the text for a person

Exit statuses:
%s
Examples:
  wandgo doctor
  wandgo doctor --entity acme --project vision
  wandgo doctor --json | jq -r .cause
  wandgo doctor --report=bug.md
`

var doctorCommand = command{
	name: "doctor", args: "[--entity E] [--project P] [--json] [--report[=FILE]]",
	summary: "check whether a run can be created; if not, why and what to do",
	long:    fmt.Sprintf(doctorHelp, exitTable()),
	run:     runDoctor,
}

// doctorFlags are the flags of the command.
type doctorFlags struct {
	entity, project string
	json, noColor   bool
	exitCodes       bool
	report          string
	timeout         time.Duration
}

// defaultReport is the file that --report writes if it names none.
const defaultReport = "wandgo-report.md"

func runDoctor(ctx context.Context, a *app, c command, args []string) error {
	set := c.flags()
	var f doctorFlags
	set.StringVar(&f.entity, "entity", "", "")
	set.StringVar(&f.project, "project", "", "")
	set.BoolVar(&f.json, "json", false, "")
	set.StringVar(&f.report, "report", "", "")
	set.DurationVar(&f.timeout, "timeout", defaultTimeout, "")
	set.BoolVar(&f.noColor, "no-color", false, "")
	set.BoolVar(&f.exitCodes, "exit-codes", false, "")
	if err := a.parse(c, set, reportArgument(args)); err != nil {
		return err
	}
	switch {
	case f.exitCodes:
		_, err := io.WriteString(a.stdout, exitTable())
		return failed("print the exit statuses", err)
	case f.timeout <= 0:
		return usageError(c, "--timeout must be positive")
	case f.json && f.report == "-":
		return usageError(c, "--json and --report=- both print to stdout; give the report a file")
	}
	return a.doctor(ctx, f)
}

// reportArgument accepts --report without a value and with its file as the next
// argument. Package flag cannot do both for one flag.
func reportArgument(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--report" || arg == "-report" {
			file := defaultReport
			if i+1 < len(args) && (args[i+1] == "-" || !strings.HasPrefix(args[i+1], "-")) {
				i++
				file = args[i]
			}
			arg = "--report=" + file
		}
		out = append(out, arg)
	}
	return out
}

// doctor runs the checks and prints the findings in the requested form.
func (a *app) doctor(ctx context.Context, f doctorFlags) error {
	text := a.printer(!f.noColor)
	quiet := f.json || f.report == "-"
	x := &doctor.Checkup{Options: doctor.Options{
		Env: a.env.settings(), Client: a.env.options(), Entity: f.entity, Project: f.project,
	}}
	text.redact = func(text string) string { return x.Redactor(a.env.home()).Secrets(text) }
	if !quiet {
		text.printf("\n")
		x.Report = text.check
	}
	timed, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	x.Run(timed)
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, "wandgo: interrupted")
		return exitCode(exitInterrupted)
	}
	redact := x.Redactor(a.env.home())
	switch {
	case f.json:
		if err := writeDocument(a.stdout, x, redact); err != nil {
			return failed("print the document", err)
		}
	case !quiet:
		text.printf("\n")
		text.explanation(explanation(x))
	}
	if text.err != nil {
		return failed("print the findings", text.err)
	}
	if f.report != "" {
		if err := a.writeReport(f.report, x, redact); err != nil {
			return failed("write the report", err)
		}
		if f.report != "-" {
			fmt.Fprintf(a.stderr, "wandgo: report written to %s; review it before you share it\n", f.report)
		}
	}
	return exitCode(checkupStatus(x))
}

// writeReport writes the report to a file, or to stdout if file is "-".
func (a *app) writeReport(file string, x *doctor.Checkup, redact doctor.Redactor) error {
	text := report(x, redact)
	if file == "-" {
		_, err := fmt.Fprint(a.stdout, text)
		return err
	}
	return os.WriteFile(a.env.path(file), []byte(text), 0o600)
}

// checkupStatus is the exit status.
func checkupStatus(x *doctor.Checkup) int {
	if x.Err == nil && x.Access != nil && x.Access.Decision == client.Allowed {
		return exitAllowed
	}
	return exitStatus(x.Err)
}

// explanation is the text for a person that follows the checks. It ends with what
// to do.
func explanation(x *doctor.Checkup) string {
	switch {
	case x.Next != nil:
		return strings.TrimRight(errors.Explain(x.Err), "\n") + "\n\nAfter that, a second problem remains:\n\n" + errors.Explain(x.Next)
	case x.Err != nil:
		return errors.Explain(x.Err)
	}
	return strings.TrimRight(x.Access.Explain(), "\n") + "\n\nTo create the run:\n\n    " + snippet(x)
}

// snippet is the call that creates a run in the target that was checked.
func snippet(x *doctor.Checkup) string {
	var fields []string
	for _, field := range []struct{ name, given, used string }{
		{"Entity", x.Entity, x.Settings.Entity.Text},
		{"Project", x.Project, x.Settings.Project.Text},
	} {
		if field.given != "" { // the rest is in the environment already
			fields = append(fields, fmt.Sprintf("%s: %q", field.name, field.used))
		}
	}
	return "run, err := client.Init(ctx, client.RunOptions{" + strings.Join(fields, ", ") + "})"
}
