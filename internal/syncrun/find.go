package syncrun

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/sink"
)

// ErrNoLog means that there is no log at a path.
var ErrNoLog = errors.New("no run log (.wandb file) there")

// Find lists the logs at the paths. A path is a log, the directory of a run, a directory of
// runs (wandb), or the parent of one. Each log is listed once, in the order of the paths
// and of the names below them. If the directory of a run cannot be read, it is listed as a
// log with that error. Errors are
//
//   - [ErrNoLog] for a path without a log,
//   - the error of a path that does not exist or cannot be read.
//
// Both are also an [*errors.InputError] that names the path.
func Find(paths ...string) ([]*Log, error) { return find(paths, false) }

// FindIn is Find for the directories in which runs are stored; see [rundir.Roots]. Those
// that do not exist or have no runs are skipped. If that is all of them, the error is that
// of the first.
func FindIn(roots ...string) ([]*Log, error) { return find(roots, true) }

// find finds the logs. If some is set, a path without runs is only an error if no path has any.
func find(paths []string, some bool) ([]*Log, error) {
	f := finder{seen: make(map[string]bool)}
	var none error
	for _, path := range paths {
		found, err := filesAt(path)
		switch {
		case err == nil:
			f.add(found)
		case some && NoRuns(err):
			none = cmp.Or(none, pathError(path, err))
		default:
			return nil, pathError(path, err)
		}
	}
	if len(f.logs) == 0 {
		return nil, none
	}
	return f.logs, nil
}

// invalidPath is an [*errors.InputError] that also matches its reason.
type invalidPath struct {
	*errors.InputError
	reason error
}

// Unwrap returns both.
func (e *invalidPath) Unwrap() []error { return []error{e.InputError, e.reason} }

// pathError names the path, and the operating system's reason alone.
func pathError(path string, err error) error {
	rule := err.Error()
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		rule = at.Err.Error()
		if at.Path != path { // something below it
			rule = at.Path + ": " + rule
		}
	}
	return &invalidPath{&errors.InputError{Field: "path", Value: secret.Redact(path), Rule: rule}, err}
}

// NoRuns reports whether an error of [Find] means that there are no runs, rather than that
// they cannot be read.
func NoRuns(err error) bool {
	return errors.Is(err, ErrNoLog) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// finder opens each log that is found once.
type finder struct {
	seen map[string]bool
	logs []*Log
}

func (f *finder) add(found []found) {
	for _, file := range found {
		l := &Log{Path: file.path, Dir: rundir.At(file.path), Err: file.err}
		if file.err == nil {
			l.Dir = rundir.Of(file.path)
		}
		if at := l.Dir.Journal(); !f.seen[at] {
			f.seen[at] = true
			if l.Err == nil {
				l.open()
			}
			f.logs = append(f.logs, l)
		}
	}
}

// found is a log, or a run's directory that could not be read.
type found struct {
	path string
	err  error
}

func filesAt(path string) ([]found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if filepath.Ext(path) != ".wandb" {
			return nil, ErrNoLog
		}
		return []found{{path: path}}, nil
	}
	var unread error
	for _, dir := range []string{path, filepath.Join(path, "wandb"), filepath.Join(path, ".wandb")} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && unread == nil {
			unread = err
		}
		files := logsAmong(dir, entries)
		if len(files) == 0 {
			files = logsBelow(dir, entries)
		}
		if len(files) > 0 {
			return files, nil
		}
	}
	if unread != nil {
		return nil, unread
	}
	return nil, ErrNoLog
}

// logsAmong lists the logs among the entries of a run's directory, in the order of their
// names. Only regular files are logs: opening a named pipe would block.
func logsAmong(dir string, entries []fs.DirEntry) []found {
	var files []found
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".wandb" {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			files = append(files, found{path: path})
		}
	}
	return files
}

// logsBelow lists the logs in the directories among the entries of dir. Links such as
// latest-run are skipped.
func logsBelow(dir string, entries []fs.DirEntry) []found {
	var files []found
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		below := filepath.Join(dir, e.Name())
		inside, err := os.ReadDir(below)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be deleted this moment
			files = append(files, found{below, err})
			continue
		}
		files = append(files, logsAmong(below, inside)...)
	}
	return files
}

// FindRun lists the logs of one run in the directories in which runs are stored, in the
// order in which they were started. Directories of other runs are not opened. A root that
// cannot be read is skipped.
func FindRun(id string, roots ...string) []*Log {
	f := finder{seen: make(map[string]bool)}
	for _, root := range roots {
		entries, _ := os.ReadDir(root) // what cannot be read cannot be uploaded
		f.add(logsBelow(root, slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
			return !rundir.MayBeOf(e.Name(), id)
		})))
	}
	logs := slices.DeleteFunc(f.logs, func(l *Log) bool {
		if l.Run != nil {
			return l.Run.ID != id
		}
		return l.Dir.RunID() != id
	})
	slices.SortStableFunc(logs, inOrder)
	return logs
}

// started returns the start time by which the logs of one run are ordered.
func started(l *Log) time.Time {
	if l.Run == nil {
		return time.Time{}
	}
	return l.Run.StartTime
}

func inOrder(a, b *Log) int {
	return cmp.Or(started(a).Compare(started(b)), strings.Compare(a.Path, b.Path))
}

// InOrder sorts the logs of one run in the order in which they were started.
func InOrder(logs []*Log) { slices.SortStableFunc(logs, inOrder) }

// groups returns the logs grouped by run, each group in the order of the start times.
func groups(logs []*job) [][]*job {
	at := make(map[sink.Target]int)
	var out [][]*job
	for _, j := range logs {
		i, ok := at[j.target]
		if !ok {
			i = len(out)
			at[j.target] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], j)
	}
	for _, g := range out {
		slices.SortStableFunc(g, func(a, b *job) int { return inOrder(a.log, b.log) })
	}
	return out
}
