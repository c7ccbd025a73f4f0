package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// app is what every command works with.
type app struct {
	env            environment
	stdout, stderr io.Writer
}

// command is one subcommand.
type command struct {
	name string
	// args shows the arguments in usage lines.
	args string
	// summary is one line; long is the help below the usage line.
	summary, long string
	run           func(ctx context.Context, a *app, args []string) int
	// verbs are the subcommands of this one; their names start with its name.
	verbs []command
}

// commands lists the subcommands in the order of the help. It is a function because
// help, one of them, lists them.
func commands() []command {
	return []command{
		loginCommand(), statusCommand(), whoamiCommand(), doctorCommand(), verifyCommand(),
		syncCommand(), lsCommand(), inspectCommand(), boardCommand(), artifactCommand(), sweepCommand(), agentCommand(), exportCommand(), importCommand(), offlineCommand(), onlineCommand(),
		serveCommand(), completionCommand(), versionCommand(), helpCommand(),
	}
}

// run is the whole program except for the process around it. It returns the exit
// status.
func run(ctx context.Context, args []string, env environment, stdout, stderr io.Writer) int {
	a := &app{env: env, stdout: stdout, stderr: stderr}
	if len(args) == 0 {
		writeOverview(stderr)
		return exitUsage
	}
	name, rest := args[0], args[1:]
	switch name {
	case "-h", "-help", "--help":
		name, rest = "help", nil
	case "-version", "--version", "-v":
		name, rest = "version", nil
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, a, rest)
		}
	}
	fmt.Fprintf(stderr, "wandgo: unknown command %q%s\nFor a list of commands: wandgo help\n", name, didYouMean(name, commandNames()))
	return exitUsage
}

// runVerb runs the subcommand that args name.
func (c command) runVerb(ctx context.Context, a *app, args []string) int {
	if len(args) == 0 {
		c.writeHelp(a.stderr)
		return exitUsage
	}
	var names []string
	for _, verb := range c.verbs {
		name := verb.verb()
		if name == args[0] {
			return verb.run(ctx, a, args[1:])
		}
		names = append(names, name)
	}
	if args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		c.writeHelp(a.stdout)
		return exitAllowed
	}
	return a.usageError(c, "unknown command %q%s", args[0], didYouMean(args[0], names))
}

// verb is the last word of the command's name.
func (c command) verb() string { return c.name[strings.LastIndexByte(c.name, ' ')+1:] }

func didYouMean(name string, names []string) string {
	if near := errors.Suggest(name, names); len(near) > 0 {
		return "; did you mean " + near[0] + "?"
	}
	return ""
}

// flags makes the flag set of a command. It prints nothing itself.
func (c command) flags() *flag.FlagSet {
	set := flag.NewFlagSet("wandgo "+c.name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// parse parses the arguments of a command that has only flags. If ok is false, the
// command exits with the returned status.
func (a *app) parse(c command, set *flag.FlagSet, args []string) (status int, ok bool) {
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.writeHelp(a.stdout)
		return exitAllowed, false
	case err != nil:
		return a.usageError(c, "%s", err.Error()), false
	case set.NArg() > 0:
		return a.usageError(c, "unexpected argument %q", set.Arg(0)), false
	}
	return exitAllowed, true
}

// usageError reports what is wrong with the command line, and the correct usage.
func (a *app) usageError(c command, format string, args ...any) int {
	fmt.Fprintf(a.stderr, "wandgo %s: %s\n%s\nMore: wandgo help %s\n", c.name, printable(fmt.Sprintf(format, args...)), c.usage(), c.name)
	return exitUsage
}

// commandFailed reports why a command failed.
func (a *app) commandFailed(c command, err error) int {
	fmt.Fprintf(a.stderr, "wandgo %s: %s\n", c.name, printable(err.Error()))
	return exitInternal
}

// failed reports that wandgo itself failed while doing something.
func (a *app) failed(what string, err error) int {
	fmt.Fprintf(a.stderr, "wandgo: %s: %s\n", what, printable(err.Error()))
	return exitInternal
}

func (c command) usage() string {
	return strings.TrimRight("Usage: wandgo "+c.name+" "+c.args, " ")
}

func (c command) writeHelp(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n%s\n", c.usage(), strings.TrimSpace(c.long))
}
