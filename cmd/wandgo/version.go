package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/wandgo/wandgo/internal/version"
)

var versionCommand = command{
	name:    "version",
	summary: "show the version of this program",
	long: `
Prints the versions of wandgo and Go, and the platform. A program that was built
in a clone has the version "devel" and the commit.

Example:
  wandgo version
`,
	run: runVersion,
}

func runVersion(_ context.Context, a *app, c command, args []string) error {
	if err := a.parse(c, c.flags(), args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.stdout, versionLine())
	return failed("print the version", err)
}

func versionLine() string {
	commit := version.Commit()
	if commit != "" {
		commit = "commit " + commit + "; "
	}
	return fmt.Sprintf("wandgo %s (%s%s, %s/%s)", version.Module(), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
