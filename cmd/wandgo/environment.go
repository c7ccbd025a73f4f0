package main

import (
	"os"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/internal/settings"
)

// environment is the world around the program. The zero environment is the
// process's own.
type environment struct {
	// vars replaces the environment variables, HOME included.
	vars map[string]string
	// workDir replaces the working directory for everything but files that the
	// command line names.
	workDir string
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

// settings is the environment as settings are resolved from.
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

// options are those of a client that sees the same environment.
func (e environment) options() client.Options {
	if e.vars == nil {
		return client.Options{}
	}
	return client.Options{Getenv: e.get}
}
