package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
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
	// verbs are the subcommands of this one; their names start with its name, which is "" for the program.
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
	if len(args) > 0 && slices.Contains([]string{"-version", "--version", "-v"}, args[0]) {
		args = append([]string{"version"}, args[1:]...)
	}
	return a.exit(ctx, program().dispatch(ctx, a, args))
}

// program is the command that all others are subcommands of.
func program() command { return command{verbs: commands()} }

// dispatch runs the subcommand that args name.
func (c command) dispatch(ctx context.Context, a *app, args []string) error {
	if len(args) == 0 {
		c.writeHelp(a.stderr)
		return exitCode(exitUsage)
	}
	if slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		c.writeHelp(a.stdout)
		return nil
	}
	var names []string
	for _, verb := range c.verbs {
		name := verb.verb()
		if name == args[0] {
			return verb.run(ctx, a, verb, args[1:])
		}
		names = append(names, name)
	}
	if hint, ok := otherNames[strings.TrimSpace(c.name+" "+args[0])]; ok {
		return usageError(c, "unknown command %q; did you mean %s?", args[0], hint)
	}
	return usageError(c, "unknown command %q%s", args[0], didYouMean(args[0], names))
}

// otherNames are names that other tools have for a command and that are not spelled like ours.
var otherNames = map[string]string{
	"list":          "ls",
	"sweep list":    "ls",
	"artifact list": "ls",
	"show":          "inspect --show, or sweep show",
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
	return command{name: name, args: "command [argument ...]", summary: summary, long: fmt.Sprintf(long, list.String()), verbs: verbs, run: runGroup}
}

func runGroup(ctx context.Context, a *app, c command, args []string) error {
	return c.dispatch(ctx, a, args)
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
	if c.name == "" {
		writeOverview(w, c.verbs)
		return
	}
	fmt.Fprintf(w, "%s\n\n%s\n", c.usage(), strings.TrimSpace(c.long))
}
