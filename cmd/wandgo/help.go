package main

import (
	"context"
	"fmt"
	"io"
)

func helpCommand() command {
	return command{
		name: "help", args: "[command]",
		summary: "more about a command",
		long: `
Prints the help of a command, or an overview of all of them.

Examples:
  wandgo help
  wandgo help doctor
`,
		run: runHelp,
	}
}

func runHelp(_ context.Context, a *app, args []string) int {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
		args = args[1:]
	}
	if len(args) > 1 {
		return a.misused(helpCommand(), "one command at a time")
	}
	if len(args) == 0 {
		writeOverview(a.stdout)
		return exitAllowed
	}
	for _, c := range commands() {
		if c.name == args[0] {
			c.writeHelp(a.stdout)
			return exitAllowed
		}
	}
	return a.misused(helpCommand(), "there is no command %q%s", args[0], didYouMean(args[0]))
}

func writeOverview(w io.Writer) {
	fmt.Fprint(w, "wandgo tells what a W&B API key may do and, when the server refuses, why.\n\nUsage: wandgo <command> [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, `
Examples:
  wandgo doctor                                may a run be created where the environment says?
  wandgo doctor --entity acme --project vision may a run be created there?
  wandgo help doctor                           all about a command

Not affiliated with Weights & Biases.
`)
}
