package environment

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Options says what to describe. The zero Options describe nothing of the
// process; Process describes this one.
type Options struct {
	// Environ is the process's environment, as of os.Environ. From it comes what
	// Slurm sets.
	Environ []string
	// Args are the arguments without the program, as of os.Args[1:].
	Args []string
	// Program and Executable are the program as the user knows it and its file.
	Program, Executable string
	// WorkDir is where the program runs, and where a Git work tree is looked for.
	WorkDir string
	// Root is the directory that holds the runs' files.
	Root string
	// Host is the name of the machine, Docker the image it runs in.
	Host, Docker string
	// Username and Email are the user's, if known.
	Username, Email string
	StartedAt       time.Time
	// WriterID names this process among those that write the run.
	WriterID string

	// NoGit leaves out what can be found of a Git work tree.
	NoGit bool
	// GitRoot is where the work tree is looked for, by default WorkDir, and
	// GitRemote the name of the remote whose address counts, by default "origin".
	GitRoot, GitRemote string
	// GitCommit and GitRemoteURL take the place of what is found, also with NoGit.
	GitCommit, GitRemoteURL string
	// NoMachine leaves out everything: Collect returns an empty Environment, and
	// no Git or host either, as WANDB_X_DISABLE_MACHINE_INFO asks.
	NoMachine bool

	// Proc is the proc file system; the default is that of the machine.
	Proc fs.FS
}

// Process returns Options for this process, begun at the given time. The
// caller adds what it knows from the settings.
func Process(environ []string, startedAt time.Time) Options {
	// What cannot be found out stays empty.
	host, _ := os.Hostname()
	executable, _ := os.Executable()
	dir, _ := os.Getwd()
	o := Options{Environ: environ, Executable: executable, Program: executable, WorkDir: dir, Host: host, StartedAt: startedAt}
	if len(os.Args) > 0 {
		o.Args = os.Args[1:]
	}
	return o
}

// Collect describes the environment. It reads a few small files, and takes some
// milliseconds at most.
func Collect(o Options) *Environment {
	e := new(Environment)
	if o.NoMachine {
		return e
	}
	if o.Proc == nil {
		o.Proc = procFS()
	}
	*e = Environment{
		Go:         runtime.Version(),
		StartedAt:  Time{o.StartedAt},
		Docker:     o.Docker,
		Args:       RedactArgs(o.Args),
		Program:    o.Program,
		Email:      o.Email,
		Root:       o.Root,
		Host:       o.Host,
		Username:   o.Username,
		Executable: o.Executable,
		Slurm:      newVariables(o.Environ).slurm(),
		WriterID:   o.WriterID,
	}
	e.addMachine(o.Proc)
	top, found := findGit(or(o.GitRoot, o.WorkDir), or(o.GitRemote, "origin"))
	e.addCodePath(top, o.WorkDir)
	if o.NoGit {
		found = Git{}
	}
	e.Git = Git{Remote: cleanRemote(or(o.GitRemoteURL, found.Remote)), Commit: or(o.GitCommit, found.Commit)}
	return e
}

// addCodePath says where the program's source is, relative to the work tree. A
// program that is no Go file has none: a binary is not its code.
func (e *Environment) addCodePath(top, dir string) {
	if !strings.HasSuffix(e.Program, ".go") || dir == "" {
		return
	}
	path := e.Program
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if top == "" {
		top = dir
	}
	inside := func(base string) string {
		rel, err := filepath.Rel(base, path)
		if err != nil || !filepath.IsLocal(rel) {
			return ""
		}
		return filepath.ToSlash(rel)
	}
	e.CodePath, e.CodePathLocal = inside(top), inside(dir)
}

// variables is an environment to look things up in.
type variables map[string]string

func newVariables(environ []string) variables {
	v := make(variables, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			v[name] = value
		}
	}
	return v
}

// slurm returns what Slurm says about the job, without what looks like a secret.
func (v variables) slurm() map[string]string {
	var job map[string]string
	for name, value := range v {
		short, ok := strings.CutPrefix(name, "SLURM_")
		if !ok || short == "" || isSecretName(short) {
			continue
		}
		if job == nil {
			job = make(map[string]string)
		}
		job[strings.ToLower(short)] = value
	}
	return job
}

func or(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}
