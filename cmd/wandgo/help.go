package main

import (
	"context"
	"fmt"
	"io"
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
	names, err := a.parsePaths(c, c.flags(), args)
	switch {
	case err != nil:
		return err
	case len(names) > 2:
		return usageError(c, "expected at most one command")
	}
	return program().dispatch(ctx, a, append(names, "--help"))
}

func writeOverview(w io.Writer, all []command) {
	fmt.Fprint(w, "wandgo checks what a W&B API key can do and explains refusals. It uploads runs,\nshows those on this disk in a browser, stores and fetches artifacts,\nruns sweeps, exports histories, and has a W&B server for tests.\n\nUsage: wandgo <command> [flags]\n\n")
	for _, c := range all {
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
