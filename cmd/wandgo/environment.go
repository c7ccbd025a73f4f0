package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/settings"
)

// environment is where the program runs. The zero environment is that of the
// process.
type environment struct {
	// vars replaces the environment variables, HOME included.
	vars map[string]string
	// workDir replaces the working directory, except for runs that the command line
	// names.
	workDir string
	// stdin replaces the standard input.
	stdin io.Reader
}

// input returns the standard input.
func (e environment) input() io.Reader {
	if e.stdin != nil {
		return e.stdin
	}
	return os.Stdin
}

// path returns the path of a file that the command line names.
func (e environment) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(e.workDir, file)
}

// get reads a variable.
func (e environment) get(name string) string {
	if e.vars == nil {
		return os.Getenv(name)
	}
	return e.vars[name]
}

// home is the user's home directory, "" if there is none.
func (e environment) home() string {
	if e.vars != nil {
		return e.vars["HOME"]
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return dir
}

// settings returns the environment that settings are resolved from.
func (e environment) settings() settings.Env {
	if e.vars == nil {
		return settings.Env{}
	}
	env := settings.Env{LookupEnv: settings.MapEnv(e.vars), Home: e.home(), WorkDir: e.workDir}
	if env.Home == "" {
		env.Home = os.DevNull // no home: nothing is found below it
	}
	return env
}

// options returns the options of a client in the same environment.
func (e environment) options() client.Options {
	if e.vars == nil {
		return client.Options{}
	}
	return client.Options{Getenv: e.get}
}
