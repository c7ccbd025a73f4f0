package environment

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/record"
)

// Options configures [Collect]. [Process] returns those of this process.
type Options struct {
	// Environ is the process's environment, as returned by os.Environ. It has the
	// variables of Slurm.
	Environ []string
	// Args are the arguments without the program, as in os.Args[1:].
	Args []string
	// Program is the program's name for the user, and Executable its file.
	Program, Executable string
	// WorkDir is the working directory, in which a Git work tree is searched.
	WorkDir string
	// Root is the directory of the runs' files.
	Root string
	// Host is the name of the machine, Docker the image it runs in.
	Host, Docker string
	// Username and Email are the user's, if known.
	Username, Email string
	StartedAt       time.Time
	// WriterID identifies this process among the writers of the run.
	WriterID string

	// NoGit omits the Git work tree.
	NoGit bool
	// GitRoot is the directory of the work tree; the default is WorkDir. GitRemote is the
	// name of the remote whose address is used; the default is "origin".
	GitRoot, GitRemote string
	// GitCommit and GitRemoteURL replace those of the work tree, also with NoGit.
	GitCommit, GitRemoteURL string
	// NoMachine omits everything, including Git and host: Collect returns an empty
	// Environment (WANDB_X_DISABLE_MACHINE_INFO).
	NoMachine bool

	// Proc is the proc file system; the default is that of the machine.
	Proc fs.FS
}

// Process returns Options for this process, which was started at the given time. The
// caller adds the values of the settings.
func Process(environ []string, startedAt time.Time) Options {
	// Values that are not known stay empty.
	host, _ := os.Hostname()
	executable, _ := os.Executable()
	dir, _ := os.Getwd()
	o := Options{Environ: environ, Executable: executable, Program: executable, WorkDir: dir, Host: host, StartedAt: startedAt}
	if len(os.Args) > 0 {
		o.Args = os.Args[1:]
	}
	return o
}

// Collect describes the environment. It reads a few small files, which takes a few
// milliseconds.
func Collect(o Options) *record.Environment {
	e := new(record.Environment)
	if o.NoMachine {
		return e
	}
	if o.Proc == nil {
		o.Proc = procFS()
	}
	*e = record.Environment{
		Go:         runtime.Version(),
		StartedAt:  record.Time{Time: o.StartedAt.Truncate(time.Microsecond)},
		Docker:     o.Docker,
		Args:       RedactArgs(o.Args),
		Program:    o.Program,
		Email:      o.Email,
		Root:       o.Root,
		Host:       o.Host,
		Username:   o.Username,
		Executable: o.Executable,
		Slurm:      slurm(o.Environ),
		WriterID:   o.WriterID,
	}
	addMachine(e, o.Proc)
	top, found := findGit(cmp.Or(o.GitRoot, o.WorkDir), cmp.Or(o.GitRemote, "origin"))
	addCodePath(e, top, o.WorkDir)
	if o.NoGit {
		found = record.Git{}
	}
	found = record.Git{RemoteURL: cleanRemote(cmp.Or(o.GitRemoteURL, found.RemoteURL)), Commit: cmp.Or(o.GitCommit, found.Commit)}
	if found != (record.Git{}) {
		e.Git = &found
	}
	return e
}

// addCodePath adds the path of the program's source relative to the work tree. A program
// that is not a Go file has none, because a binary is not its code.
func addCodePath(e *record.Environment, top, dir string) {
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

// slurm returns the variables of Slurm in an environment, without those that look like a secret.
func slurm(environ []string) map[string]string {
	var job map[string]string
	for _, entry := range environ {
		name, value, assigned := strings.Cut(entry, "=")
		short, ok := strings.CutPrefix(name, "SLURM_")
		if !assigned || !ok || short == "" || isSecretName(short) {
			continue
		}
		if job == nil {
			job = make(map[string]string)
		}
		job[strings.ToLower(short)] = value
	}
	return job
}
