package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/settings"
)

// parsePaths parses the arguments of a command that accepts paths, with flags
// before, between and after them; "--" ends the flags. If ok is false, the command
// exits with the returned status.
func (a *app) parsePaths(c command, set *flag.FlagSet, args []string) (paths []string, status int, ok bool) {
	for {
		err := set.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			c.writeHelp(a.stdout)
			return nil, exitAllowed, false
		case err != nil:
			return nil, a.usageError(c, "%s", err.Error()), false
		}
		ended := len(args) > set.NArg() && args[len(args)-set.NArg()-1] == "--"
		if set.NArg() == 0 || ended {
			return append(paths, set.Args()...), exitAllowed, true
		}
		paths = append(paths, set.Arg(0))
		args = set.Args()[1:]
	}
}

// parseOne is parsePaths for a command that needs exactly one argument. what names it.
func (a *app) parseOne(c command, set *flag.FlagSet, args []string, what string) (path string, status int, ok bool) {
	paths, status, ok := a.parsePaths(c, set, args)
	switch {
	case !ok:
		return "", status, false
	case len(paths) != 1:
		return "", a.usageError(c, "expected exactly one %s", what), false
	}
	return paths[0], exitAllowed, true
}

// isSet reports whether a flag was given.
func isSet(set *flag.FlagSet, name string) bool {
	found := false
	set.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// settings resolves the settings of the environment.
func (a *app) settings() (*settings.Settings, error) {
	s, err := settings.Resolve(a.env.settings(), settings.Explicit{})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// runRoots returns the directories that may hold runs: the usual one, and the
// fallbacks for when that one cannot be written.
func (a *app) runRoots(s *settings.Settings) []string {
	tmp := a.env.get("TMPDIR")
	if tmp == "" {
		tmp = os.TempDir()
	}
	return rundir.Roots(s.RunRoot(), tmp)
}
