package syncrun

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/rundir"
)

// ErrNoLog means that a path leads to no log.
var ErrNoLog = errors.New("no run log (.wandb file) there")

// quiet is how long nothing was written to a log of a writer that holds no lock
// before it counts as one that nobody writes any more. The server takes a run
// that is silent for this long for crashed.
const quiet = 5 * time.Minute

// Log is a transaction log on disk, as its first records describe it.
type Log struct {
	// Path is the file, Dir the run's directory around it.
	Path string
	Dir  *rundir.Dir
	// Size and Changed are those of the file.
	Size    int64
	Changed time.Time
	// Run is the first run record, nil if there is none.
	Run *journal.Run
	// Producer is who wrote the log, "" if it does not say.
	Producer string
	// Err is why the log could not be read.
	Err error
}

// Ours says that this client wrote the log.
func (l *Log) Ours() bool { return strings.HasPrefix(l.Producer, "wandgo") }

// Find lists the logs at the paths: a log itself, the directory of a run, the
// directory of many (wandb), or one with such a directory in it. Each log is
// listed once, in the order of the paths and of the names below them. A path
// that is not there is an error, and so is one without any log: [ErrNoLog].
func Find(paths ...string) ([]*Log, error) {
	var found []*Log
	seen := make(map[string]bool)
	for _, path := range paths {
		files, err := filesAt(path)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			key := file
			if resolved, err := filepath.EvalSymlinks(file); err == nil {
				key = resolved
			}
			if key, err = filepath.Abs(key); err != nil {
				return nil, fmt.Errorf("find runs: %w", err)
			}
			if !seen[key] {
				seen[key] = true
				found = append(found, open(file))
			}
		}
	}
	return found, nil
}

func filesAt(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find runs: %w", err)
	}
	if !info.IsDir() {
		if filepath.Ext(path) != ".wandb" {
			return nil, fmt.Errorf("find runs: %s: %w", path, ErrNoLog)
		}
		return []string{path}, nil
	}
	for _, dir := range []string{path, filepath.Join(path, "wandb"), filepath.Join(path, ".wandb")} {
		files := logsIn(dir)
		if len(files) == 0 {
			files = logsBelow(dir)
		}
		if len(files) > 0 {
			return files, nil
		}
	}
	return nil, fmt.Errorf("find runs: %s: %w", path, ErrNoLog)
}

// logsIn lists the logs in a run's directory.
func logsIn(dir string) []string {
	var files []string
	for _, e := range entries(dir) {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".wandb" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

// logsBelow lists the logs in the directories in dir, links apart, as latest-run
// is one.
func logsBelow(dir string) []string {
	var files []string
	for _, e := range entries(dir) {
		if e.IsDir() {
			files = append(files, logsIn(filepath.Join(dir, e.Name()))...)
		}
	}
	return files
}

// entries are in the order of their names; none where the directory cannot be
// read.
func entries(dir string) []fs.DirEntry {
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	return all
}

// headRecords is how many records may precede the run's.
const headRecords = 64

// open reads the first records.
func open(path string) *Log {
	l := &Log{Path: path, Dir: rundir.Of(path)}
	info, err := os.Stat(path)
	if err != nil {
		l.Err = fmt.Errorf("open log: %w", err)
		return l
	}
	l.Size, l.Changed = info.Size(), info.ModTime()
	r, err := journal.Open(path)
	if err != nil {
		l.Err = err
		return l
	}
	defer func() { _ = r.Close() }()
	n := 0
	for rec, err := range r.All() {
		if err != nil {
			l.Err = err
			return l
		}
		switch body := rec.Body.(type) {
		case *journal.Header:
			l.Producer = body.Producer
		case *journal.Run:
			if run, ok := rec.Clone().Body.(*journal.Run); ok {
				l.Run = run
			}
			return l
		}
		if n++; n >= headRecords {
			break
		}
	}
	return l
}

// claim takes the log for this process. It reports false if somebody writes or
// uploads it. A writer without a lock is known by the age of the last change.
func (l *Log) claim(ended bool, now time.Time) (release func(), free bool) {
	unlock, err := journal.Lock(l.Path)
	switch {
	case err == nil && (ended || l.Ours()):
		return unlock, true
	case errors.Is(err, journal.ErrInUse):
		return func() {}, false
	}
	if unlock == nil {
		unlock = func() {}
	}
	if !ended && now.Sub(l.Changed) < quiet {
		unlock()
		return func() {}, false
	}
	return unlock, true
}

// InUse says whether somebody writes the log, as far as that can be found out;
// ended is whether its run came to an end.
func (l *Log) InUse(ended bool) bool {
	release, free := l.claim(ended, time.Now())
	release()
	return !free
}

// started orders logs of one run.
func started(l *Log) time.Time {
	if l.Run == nil {
		return time.Time{}
	}
	return l.Run.StartTime
}

func inOrder(a, b *Log) int {
	return cmp.Or(started(a).Compare(started(b)), strings.Compare(a.Path, b.Path))
}

// groups puts the logs of one run together, in the order in which they were
// begun.
func groups(logs []*job) [][]*job {
	at := make(map[Target]int)
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
