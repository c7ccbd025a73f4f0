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
	run           func(ctx context.Context, a *app, c command, args []string) error
	// verbs are the subcommands of this one; their names start with its name.
	verbs []command
}

// commands lists the subcommands in the order of the help. It is a function because
// help, one of them, lists them.
func commands() []command {
	return []command{
		loginCommand, statusCommand, whoamiCommand, doctorCommand, verifyCommand,
		syncCommand, lsCommand, inspectCommand, boardCommand, artifactCommand, sweepCommand, agentCommand, exportCommand, importCommand(), offlineCommand, onlineCommand,
		serveCommand, completionCommand(), versionCommand, helpCommand(),
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
			return a.exit(ctx, c.run(ctx, a, c, rest))
		}
	}
	fmt.Fprintf(stderr, "wandgo: unknown command %q%s\nFor a list of commands: wandgo help\n", name, didYouMean(name, commandNames()))
	return exitUsage
}

// group makes a command of verbs. long is its help, in which %s is the list of them.
func group(name, summary, long string, verbs ...command) command {
	width := 8
	for _, verb := range verbs {
		width = max(width, len(verb.verb())+2)
	}
	var list strings.Builder
	for _, verb := range verbs {
		fmt.Fprintf(&list, "  %-*s%s\n", width, verb.verb(), verb.summary)
	}
	return command{name: name, args: "command [argument ...]", summary: summary, long: fmt.Sprintf(long, list.String()), verbs: verbs, run: runVerb}
}

// runVerb runs the subcommand that args name.
func runVerb(ctx context.Context, a *app, c command, args []string) error {
	if len(args) == 0 {
		c.writeHelp(a.stderr)
		return exitCode(exitUsage)
	}
	var names []string
	for _, verb := range c.verbs {
		name := verb.verb()
		if name == args[0] {
			return verb.run(ctx, a, verb, args[1:])
		}
		names = append(names, name)
	}
	if args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		c.writeHelp(a.stdout)
		return nil
	}
	return usageError(c, "unknown command %q%s", args[0], didYouMean(args[0], names))
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

func (c command) usage() string {
	return strings.TrimRight("Usage: wandgo "+c.name+" "+c.args, " ")
}

func (c command) writeHelp(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n%s\n", c.usage(), strings.TrimSpace(c.long))
}
