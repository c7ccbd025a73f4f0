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
// before, between and after them; "--" ends the flags.
func (a *app) parsePaths(c command, set *flag.FlagSet, args []string) (paths []string, err error) {
	for {
		err := set.Parse(args)
		switch {
		case errors.Is(err, flag.ErrHelp):
			c.writeHelp(a.stdout)
			return nil, exitCode(exitAllowed)
		case err != nil:
			return nil, usageError(c, "%s", err.Error())
		}
		ended := len(args) > set.NArg() && args[len(args)-set.NArg()-1] == "--"
		if set.NArg() == 0 || ended {
			return append(paths, set.Args()...), nil
		}
		paths = append(paths, set.Arg(0))
		args = set.Args()[1:]
	}
}

// parse is parsePaths for a command that has only flags.
func (a *app) parse(c command, set *flag.FlagSet, args []string) error {
	paths, err := a.parsePaths(c, set, args)
	if err == nil && len(paths) > 0 {
		return usageError(c, "unexpected argument %q", paths[0])
	}
	return err
}

// parseOne is parsePaths for a command that needs exactly one argument. what names it.
func (a *app) parseOne(c command, set *flag.FlagSet, args []string, what string) (string, error) {
	paths, err := a.parsePaths(c, set, args)
	switch {
	case err != nil:
		return "", err
	case len(paths) != 1:
		return "", usageError(c, "expected exactly one %s", what)
	}
	return paths[0], nil
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
