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
	"github.com/wandgo/wandgo/internal/settings"
)

// Process is what [Collect] describes of a process. [ThisProcess] returns the one that runs.
type Process struct {
	// Environ is the process's environment, as returned by os.Environ. It has the
	// variables of Slurm.
	Environ []string
	// Args are the arguments without the program, as in os.Args[1:].
	Args []string
	// Executable is the program's file.
	Executable string
	// WorkDir is the working directory, in which a Git work tree is searched.
	WorkDir string
	// Host is the name of the machine.
	Host      string
	StartedAt time.Time
	// WriterID identifies this process among the writers of the run.
	WriterID string

	// Proc is the proc file system; the default is that of the machine.
	Proc fs.FS
}

// ThisProcess describes this process, which was started at the given time.
func ThisProcess(environ []string, startedAt time.Time) Process {
	// Values that are not known stay empty.
	host, _ := os.Hostname()
	executable, _ := os.Executable()
	dir, _ := os.Getwd()
	p := Process{Environ: environ, Executable: executable, WorkDir: dir, Host: host, StartedAt: startedAt}
	if len(os.Args) > 0 {
		p.Args = os.Args[1:]
	}
	return p
}

// Collect describes the environment of a process, as far as the settings allow and with the values
// that they have. It reads a few small files, which takes a few milliseconds.
func Collect(s *settings.Settings, p Process) *record.Environment {
	e := new(record.Environment)
	if s.Machine.NoInfo {
		return e
	}
	if p.Proc == nil {
		p.Proc = procFS()
	}
	*e = record.Environment{
		Go:         runtime.Version(),
		StartedAt:  record.Time{Time: p.StartedAt.Truncate(time.Microsecond)},
		Docker:     s.Machine.Docker,
		Args:       RedactArgs(p.Args),
		Program:    cmp.Or(s.Program, p.Executable),
		Email:      s.Email,
		Root:       s.Dir,
		Host:       cmp.Or(s.Host, p.Host),
		Username:   s.Username,
		Executable: cmp.Or(s.Machine.Executable, p.Executable),
		Slurm:      slurm(p.Environ),
		WriterID:   p.WriterID,
	}
	addMachine(e, p.Proc)
	git := s.Machine.Git
	top, found := findGit(cmp.Or(git.Root, p.WorkDir), cmp.Or(git.Remote, "origin"))
	addCodePath(e, top, p.WorkDir)
	if s.Machine.NoGit {
		found = record.Git{}
	}
	found = record.Git{RemoteURL: cleanRemote(cmp.Or(git.RemoteURL, found.RemoteURL)), Commit: cmp.Or(git.Commit, found.Commit)}
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
