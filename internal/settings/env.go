package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Env is the environment that settings are resolved from. The zero Env is the real one:
// the process environment, and the user's home and working directory.
type Env struct {
	// LookupEnv looks up a variable. The default is os.LookupEnv.
	LookupEnv func(string) (string, bool)
	// Environ lists the variables as os.Environ does. When nil, it is os.Environ if
	// LookupEnv is nil too, and otherwise lists nothing.
	Environ func() []string
	// Home is the home directory. The default is the user's.
	Home string
	// WorkDir is the working directory. The default is the process's.
	WorkDir string
}

// MapEnv returns a LookupEnv that reads vars, for tests.
func MapEnv(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// With returns e with one variable replaced, or removed if set is false.
func (e Env) With(name, value string, set bool) Env {
	replaced := e
	replaced.LookupEnv = func(other string) (string, bool) {
		if other == name {
			return value, set
		}
		return e.lookup(other)
	}
	return replaced
}

// lookup returns the variable and whether it is set.
func (e Env) lookup(name string) (string, bool) {
	if e.LookupEnv == nil {
		return os.LookupEnv(name)
	}
	return e.LookupEnv(name)
}

// get returns the variable and whether it is not empty.
func (e Env) get(name string) (string, bool) {
	v, ok := e.lookup(name)
	return v, ok && v != ""
}

func (e Env) home() string {
	if e.Home != "" {
		return e.Home
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return "" // netrc and the global file are then reported as not found
	}
	return dir
}

func (e Env) workDir() string {
	if e.WorkDir != "" {
		return e.WorkDir
	}
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}

// expand replaces a leading ~ by the home directory.
func (e Env) expand(path string) string {
	if path == "~" {
		return e.home()
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(e.home(), rest)
	}
	return path
}

// absent reports whether an error says that there is no such file, or that its directory
// is not a directory.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
