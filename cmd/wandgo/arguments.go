package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/settings"
)

// parsePaths reads the arguments of a command that takes paths, with flags
// before, between and after them; "--" ends the flags. When ok is false the
// command is over, with the given exit status.
func (a *app) parsePaths(c command, set *flag.FlagSet, args []string) (paths []string, status int, ok bool) {
	for {
		err := set.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			c.writeHelp(a.stdout)
			return nil, exitAllowed, false
		case err != nil:
			return nil, a.misused(c, "%s", err.Error()), false
		}
		ended := len(args) > set.NArg() && args[len(args)-set.NArg()-1] == "--"
		if set.NArg() == 0 || ended {
			return append(paths, set.Args()...), exitAllowed, true
		}
		paths = append(paths, set.Arg(0))
		args = set.Args()[1:]
	}
}

// isSet reports whether a flag is on the command line.
func isSet(set *flag.FlagSet, name string) bool {
	found := false
	set.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// settings are those of the environment.
func (a *app) settings() (*settings.Settings, error) {
	s, err := settings.Resolve(a.env.settings(), settings.Explicit{})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// runRoots are the directories in which runs are kept: the usual one and, where that
// cannot be written, those that serve in its place.
func (a *app) runRoots(s *settings.Settings) []string {
	tmp := a.env.get("TMPDIR")
	if tmp == "" {
		tmp = os.TempDir()
	}
	return rundir.Roots(s.RunRoot(), tmp)
}
