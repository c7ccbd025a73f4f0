package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

func helpCommand() command {
	return command{
		name: "help", args: "[command]",
		summary: "show the help of a command",
		long: `
Prints the help of a command, or a list of all commands.

Examples:
  wandgo help
  wandgo help doctor
  wandgo help artifact ls
`,
		run: runHelp,
	}
}

func runHelp(ctx context.Context, a *app, c command, args []string) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "--help" || args[0] == "-help") {
		args = args[1:]
	}
	if len(args) == 0 {
		writeOverview(a.stdout)
		return nil
	}
	for _, named := range commands() {
		if named.name != args[0] {
			continue
		}
		for _, verb := range named.verbs {
			if len(args) > 1 && verb.verb() == args[1] {
				named, args = verb, args[1:]
			}
		}
		if len(args) > 1 && len(named.verbs) > 0 {
			return named.run(ctx, a, named, args[1:]) // says that there is no such verb
		}
		if len(args) > 1 && !strings.Contains(named.args, "wandgo "+named.name+" "+args[1]) { // such as board export
			break
		}
		named.writeHelp(a.stdout)
		return nil
	}
	if len(args) > 1 {
		return usageError(c, "expected at most one command")
	}
	return usageError(c, "unknown command %q%s", args[0], didYouMean(args[0], commandNames()))
}

func writeOverview(w io.Writer) {
	fmt.Fprint(w, "wandgo checks what a W&B API key can do and explains refusals. It uploads runs,\nshows those on this disk in a browser, stores and fetches artifacts,\nruns sweeps, exports histories, and has a W&B server for tests.\n\nUsage: wandgo <command> [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s  %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, `
Examples:
  wandgo doctor                                 check where runs go by default
  wandgo doctor --entity acme --project vision  check another project
  wandgo help doctor                            show all flags and exit statuses
`+listRule+`
Not affiliated with Weights & Biases.
`)
}
