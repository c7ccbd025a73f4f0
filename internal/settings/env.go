package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxFileBytes bounds every file this package reads. A settings file or netrc
// beyond it is a mistake, such as a path that names a data set.
const maxFileBytes = 1 << 20

// errTooLarge says that a file is beyond maxFileBytes.
var errTooLarge = errors.New("larger than 1 MiB")

// Env is the outside world that settings are resolved from. The zero Env is the
// real one: the process environment, the user's home and working directory.
type Env struct {
	// LookupEnv is os.LookupEnv when nil.
	LookupEnv func(string) (string, bool)
	// Home is the user's home directory when "".
	Home string
	// WorkDir is the process's working directory when "".
	WorkDir string
	// ReadFile reads a whole file. When nil, files are read from disk up to
	// 1 MiB; larger ones are refused.
	ReadFile func(name string) ([]byte, error)
	// ProgramDir is the directory of the running program's source, which the
	// official client adds to the default project name inside a git
	// repository. It is the working directory when "".
	ProgramDir string
}

// MapEnv returns a LookupEnv that reads vars, for tests.
func MapEnv(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// lookup returns the variable, and whether it is set at all.
func (e Env) lookup(name string) (string, bool) {
	if e.LookupEnv == nil {
		return os.LookupEnv(name)
	}
	return e.LookupEnv(name)
}

// get returns the variable, and whether it is set to something.
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

func (e Env) readFile(name string) ([]byte, error) {
	read := e.ReadFile
	if read == nil {
		read = ReadFile
	}
	data, err := read(name)
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("read %s: %w", name, errTooLarge)
	}
	return data, nil
}

// ReadFile reads a regular file of at most 1 MiB.
func ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		// Opening a pipe or a device could block for ever.
		return nil, fmt.Errorf("read %s: not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err == nil && len(data) > maxFileBytes {
		err = fmt.Errorf("read %s: %w", name, errTooLarge)
	}
	return data, err
}

// absent reports whether an error says that there is no such file, also because
// what should be its directory is none.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
