package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/term"
)

// doctorHelp has a gap for the table of exit statuses.
const doctorHelp = `
Checks, one after the other, everything that creating a run depends on: where
the API key (or the identity token in place of one) comes from and its form, keys
that it hides, the server and whether it answers, the account, the entity, the
role in it, the project. Then says whether a run can be created there, why not,
and what to do. It creates nothing.

Flags:
  --entity E        the team or user to look at (default: as for a run, from
                    WANDB_ENTITY, the settings files, the account's default)
  --project P       the project to look at (default: as for a run)
  --json            print one JSON document instead of text
  --report[=FILE]   also write a report that can be pasted into a bug report, to
                    FILE (default wandgo-report.md); with - it is printed in
                    place of the text. Keys, email addresses and the home
                    directory are taken out; names of users, teams and projects
                    are not
  --timeout D       how long to wait for the server in all (default 20s)
  --no-color        no colour; there is none in a pipe or with NO_COLOR anyway
  --exit-codes      print the exit statuses and their causes

With the key of a second account, doctor also puts questions to the server whose
answers W&B does not document. The more of these flags, the more is asked:
  --second-key-env NAME      the variable that holds the second account's key
  --missing-entity E         an entity that does not exist (default: a made-up name)
  --hidden-entity E          a team hidden from those outside it, and the second
                             account is outside
  --view-only-entity E       a team where the second account is View-only
  --restricted-project E/P   a restricted project in a team of the second
                             account, to which it is not invited
  --write                    also try to create runs with the second key, where
                             it should be refused. What is not refused is
                             created; its name is printed

JSON, all keys always present:
  version      version of this document's form, 1
  decision     "allowed", "denied" or "unknown"
  confidence   "certain", "likely" or "undetermined"
  cause        code of the cause as in the table below, "" if allowed
  candidates   codes of the possible causes when it is undetermined
  exitStatus   what the command exits with
  key          source, form, flaws, lookups, others (source, same, form)
  server       baseUrl, source, appUrl, reached (null if not tried)
  viewer       username, accountType, defaultEntity, teams, teamsComplete; or null
  entity       name, source, defaulted
  project      name, source
  role         role in the team or project, "" if unknown
  checks       name, status (ok, fail, unsure, note, skipped), text, details
  evidence     name, question, outcome, result, statusCode
  notes        further facts
  error        the full error as the client gives it; null if allowed
  explanation  the text for a person
  questions    id, question, answer, raw (what, as, status, body, error)

Exit statuses:
%s
Examples:
  wandgo doctor
  wandgo doctor --entity acme --project vision
  wandgo doctor --json | jq -r .cause
  wandgo doctor --report=bug.md
  OTHER_KEY=... wandgo doctor --second-key-env OTHER_KEY --entity acme
`

func doctorCommand() command {
	var table strings.Builder
	writeExitCodes(&table)
	return command{
		name: "doctor", args: "[--entity E] [--project P] [--json] [--report[=FILE]] [more]",
		summary: "may a run be created here? if not, why, and what to do",
		long:    fmt.Sprintf(doctorHelp, table.String()),
		run:     runDoctor,
	}
}

// doctorFlags are the flags of the command.
type doctorFlags struct {
	entity, project   string
	json, noColour    bool
	exitCodes         bool
	report            string
	timeout           time.Duration
	secondKeyVariable string
	targets           targets
}

// defaultReport is the file of a --report that names none.
const defaultReport = "wandgo-report.md"

func runDoctor(ctx context.Context, a *app, args []string) int {
	c := doctorCommand()
	set := c.flags()
	var f doctorFlags
	set.StringVar(&f.entity, "entity", "", "")
	set.StringVar(&f.project, "project", "", "")
	set.BoolVar(&f.json, "json", false, "")
	set.StringVar(&f.report, "report", "", "")
	set.DurationVar(&f.timeout, "timeout", defaultTimeout, "")
	set.BoolVar(&f.noColour, "no-color", false, "")
	set.BoolVar(&f.exitCodes, "exit-codes", false, "")
	set.StringVar(&f.secondKeyVariable, "second-key-env", "", "")
	set.StringVar(&f.targets.missing, "missing-entity", "", "")
	set.StringVar(&f.targets.hidden, "hidden-entity", "", "")
	set.StringVar(&f.targets.viewOnly, "view-only-entity", "", "")
	set.StringVar(&f.targets.restricted, "restricted-project", "", "")
	set.BoolVar(&f.targets.write, "write", false, "")
	if status, ok := a.parse(c, set, reportArgument(args)); !ok {
		return status
	}
	if f.exitCodes {
		writeExitCodes(a.stdout)
		return exitAllowed
	}
	if problem := f.problem(); problem != "" {
		return a.misused(c, "%s", problem)
	}
	var second secret.Key
	if f.secondKeyVariable != "" {
		second = secret.New(a.env.get(f.secondKeyVariable))
		if second.Empty() {
			return a.misused(c, "the variable %s, named by --second-key-env, is empty or not set", f.secondKeyVariable)
		}
		for _, flaw := range settings.CheckKey(second) {
			if flaw.Fatal {
				return a.misused(c, "the key in %s cannot be one: it %s", f.secondKeyVariable, flaw.Text)
			}
		}
	}
	return a.doctor(ctx, f, second)
}

// reportArgument lets --report stand alone or with its file as the next
// argument, which package flag cannot do for one flag.
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

// problem is what is wrong with the flags, or "".
func (f doctorFlags) problem() string {
	switch {
	case f.timeout <= 0:
		return "--timeout must be positive"
	case f.json && f.report == "-":
		return "--json and --report=- would both print; give the report a file"
	case f.secondKeyVariable == "" && f.targets != (targets{}):
		return "--second-key-env is missing: the other questions are asked with a second key"
	case f.targets.restricted != "" && strings.Count(f.targets.restricted, "/") != 1:
		return "--restricted-project must be entity/project"
	}
	return ""
}

// doctor examines, and shows what it found in the form that was asked for.
func (a *app) doctor(ctx context.Context, f doctorFlags, second secret.Key) int {
	text := &printer{w: a.stdout, style: term.NewStyle(!f.noColour && term.Colours(a.stdout, a.env.get))}
	quiet := f.json || f.report == "-"
	x := &examination{env: a.env, entity: f.entity, project: f.project}
	text.clean = func(text string) string { return a.redactor(x, second).secrets(text) }
	if !quiet {
		text.printf("\n")
		x.report = func(c check) { c.print(text) }
	}
	timed, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	x.run(timed)
	if x.conn != nil {
		defer x.conn.close()
	}
	var questions []question
	if !second.Empty() && ctx.Err() == nil && x.reached != nil && *x.reached {
		timed, cancel := context.WithTimeout(ctx, f.timeout)
		defer cancel()
		questions = ask(timed, x, second, f.targets)
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, "wandgo: interrupted")
		return exitInterrupted
	}
	redact := a.redactor(x, second)
	switch {
	case f.json:
		if err := writeJSON(a.stdout, x, questions, redact); err != nil {
			return a.failed("print the document", err)
		}
	case !quiet:
		text.printf("\n")
		text.explanation(x.explanation())
		printQuestions(text, questions, redact)
	}
	if text.err != nil {
		return a.failed("print the findings", text.err)
	}
	if f.report != "" {
		if err := a.writeReport(f.report, x, questions, redact); err != nil {
			return a.failed("write the report", err)
		}
		if f.report != "-" {
			fmt.Fprintf(a.stderr, "wandgo: report written to %s; look through it before you show it to others\n", f.report)
		}
	}
	return x.status()
}

func (a *app) redactor(x *examination, second secret.Key) redactor {
	r := redactor{home: a.env.home(), keys: []secret.Key{second, x.identity}}
	if x.conn != nil {
		r.keys = append(append(r.keys, x.kept), x.conn.record.secrets()...)
	}
	for _, k := range x.keys {
		r.keys = append(r.keys, k.key)
	}
	return r
}

// writeReport writes the report to a file, or to standard output for "-".
func (a *app) writeReport(file string, x *examination, questions []question, redact redactor) error {
	text := report(x, questions, redact)
	if file == "-" {
		_, err := fmt.Fprint(a.stdout, text)
		return err
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(a.env.workDir, file)
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

// status is the exit status.
func (x *examination) status() int {
	if x.err == nil && x.access != nil && x.access.Decision == client.Allowed {
		return exitAllowed
	}
	return exitStatus(x.err)
}

// explanation is the text for a person that follows the checks. It ends with
// what to do.
func (x *examination) explanation() string {
	if x.err != nil {
		return errors.Explain(x.err)
	}
	return strings.TrimRight(x.access.Explain(), "\n") + "\n\nWhat to do:\n  Nothing; create the run:\n\n      " + x.snippet()
}

// snippet is the call that creates a run where the doctor looked.
func (x *examination) snippet() string {
	var fields []string
	for _, field := range []struct{ name, given, used string }{
		{"Entity", x.entity, x.settings.Entity.Text},
		{"Project", x.project, x.settings.Project.Text},
	} {
		if field.given != "" { // the rest is in the environment already
			fields = append(fields, fmt.Sprintf("%s: %q", field.name, field.used))
		}
	}
	return "run, err := client.Init(ctx, client.RunOptions{" + strings.Join(fields, ", ") + "})"
}
