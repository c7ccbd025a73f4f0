package runstore

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/rundir"
	"github.com/wandgo/wandgo/internal/smallfile"
	"github.com/wandgo/wandgo/internal/syncrun"
)

// Run is a log on disk, several of processes that continued one run, or the run of a [Feed]. It is safe for concurrent use.
type Run struct {
	key   string
	store *Store
	dir   *rundir.Dir // nil for a feed; that of one of several logs
	feed  Feed        // nil for a log

	// reading serializes those that read the log's new records.
	reading sync.Mutex
	// log is what a sync finds at the path, once that is needed.
	log     *syncrun.Log
	checked time.Time // when log was asked whether it is in use

	mu    sync.Mutex
	lives []life // the logs, if they are several; nothing is read into the run itself then
	parts []*part
	// state is what parts amount to.
	state   *journal.State
	size    int64
	done    int64 // how much of it was read
	changed time.Time
	err     error
	inUse   bool
	// index is what the parts that have an index refer to.
	index      *os.File
	indexTried bool
	notes      notes
	fed        Fed

	info    atomic.Pointer[Info]
	version atomic.Int64
	used    atomic.Int64 // a clock of uses, for dropping

	console consoleReader
	gaps    gaps
}

// keyOf returns the key of a run at a path.
func keyOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func newRun(s *Store, dir *rundir.Dir) *Run {
	r := &Run{key: keyOf(dir.Journal()), store: s, dir: dir, state: &journal.State{LastStep: -1}}
	r.describe()
	return r
}

// Key returns an opaque name of the run, of letters, digits, '-' and '_'. It is the same
// in every process.
func (r *Run) Key() string { return r.key }

// Info returns the latest description of the run.
func (r *Run) Info() *Info { return r.info.Load() }

// Version returns the [Store.Version] of the run's last change.
func (r *Run) Version() int64 { return r.version.Load() }

// refresh reads what is new.
func (r *Run) refresh(ctx context.Context) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if r.feed != nil {
		r.refreshFeed()
		return
	}
	changed := r.readNotes()
	info, err := os.Stat(r.dir.Journal())
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			changed = r.fail(fmt.Errorf("open log: %w", err)) || changed
		}
		r.publish(changed)
		return
	}
	r.mu.Lock()
	grown := info.Size() != r.size || !info.ModTime().Equal(r.changed)
	r.size, r.changed = info.Size(), info.ModTime()
	r.mu.Unlock()
	if grown {
		changed = true
		r.read(ctx, info.Size())
	}
	r.publish(r.checkUse(grown) || changed)
}

// fail notes why the log cannot be read. It reports whether that is new.
func (r *Run) fail(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.err == nil || r.err.Error() != err.Error()
	r.err = err
	return changed
}

// read reads the log from where it ended.
func (r *Run) read(ctx context.Context, size int64) {
	f, err := smallfile.Open(r.dir.Journal())
	if err != nil {
		r.fail(fmt.Errorf("open log: %w", err))
		return
	}
	defer func() { _ = f.Close() }()
	if end := r.end(); size < end.Offset { // it was replaced by another
		r.forget()
	}
	r.openIndex(f, size)
	err = r.store.crew.readParts(ctx, f, r.end(), size, func(p *part) {
		r.take(p)
		if p.to.Offset-p.from.Offset >= r.store.crew.section/2 {
			r.publish(true)
		}
	})
	switch {
	case err == nil:
		r.mu.Lock()
		r.err, r.done = nil, size
		r.mu.Unlock()
		r.saveIndex(f)
	case ctx.Err() == nil:
		r.fail(err)
	default:
		r.mu.Lock()
		r.size = 0 // the rest is read next time
		r.mu.Unlock()
	}
}

// end returns where to continue.
func (r *Run) end() journal.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.parts) == 0 {
		return journal.Position{}
	}
	return r.parts[len(r.parts)-1].to
}

// forget forgets everything that was read.
func (r *Run) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts, r.state, r.indexTried = nil, &journal.State{LastStep: -1}, false
	r.closeIndex()
}

// take adds a part.
func (r *Run) take(p *part) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fold(p)
	r.done = p.to.Offset
	n := len(r.parts)
	if n > 0 {
		a := r.parts[n-1]
		if p.to.Offset-a.from.Offset <= r.store.crew.section && a.index == nil && r.load(a) == nil {
			r.parts = append(r.parts[:n-1:n-1], joinParts(a, p))
			return
		}
	}
	r.parts = append(r.parts[:n:n], p)
}

// fold adds a part to the state.
func (r *Run) fold(p *part) {
	s := r.state
	for _, payload := range p.rare {
		if entry, err := wire.Decode(payload); err == nil {
			s.Take(entry.Body)
		}
	}
	for _, c := range p.summary {
		if c.value == nil {
			s.Summary.Remove(c.path...)
			continue
		}
		s.Take(&record.Summary{Update: []record.Item{{NestedKey: c.path, Value: c.value}}})
	}
	s.Rows += int64(p.rows.rows)
	s.Events += int64(p.events.rows)
	s.Skipped = append(s.Skipped, p.skipped...)
	s.SkippedTotal += p.skippedTotal
	if c := p.rows.column(KeyStep); c != nil && c.stat.rows > 0 {
		s.LastStep = int64(c.stat.last)
	}
}

// publish describes the run anew if something changed.
func (r *Run) publish(changed bool) {
	if changed {
		r.describe()
		r.store.bump(r)
	}
}

// unusedFor is how long a log must be unchanged before its lock is looked at: a glance at
// a lock takes it for an instant, and must not keep another from it.
const unusedFor = 10 * time.Second

// checkUse finds out whether a process writes the log, and reports whether that changed.
func (r *Run) checkUse(grown bool) bool {
	r.mu.Lock()
	was, ended, changed, start := r.inUse, r.state.Exit != nil, r.changed, r.checked.IsZero()
	r.mu.Unlock()
	now := time.Now()
	use := was
	switch {
	case ended: // what follows the exit record may still be being written
		use = was && (grown || now.Sub(changed) < unusedFor)
	case grown && !start, now.Sub(changed) < unusedFor:
		use = true
	case now.Sub(r.checked) >= unusedFor:
		if r.log == nil {
			if logs, err := syncrun.Find(r.dir.Journal()); err == nil && len(logs) == 1 {
				r.log = logs[0]
			}
		}
		if r.log != nil {
			r.log.Changed = changed
			use = r.log.InUse(false)
		}
		r.checked = now
	}
	r.mu.Lock()
	r.inUse = use
	r.mu.Unlock()
	return use != was
}

// minIndexed is the least size of a log that gets an index. Smaller ones are read in no
// time.
func (c crew) minIndexed() int64 { return 2 * c.section }

func (r *Run) indexPath() string {
	if r.store.cache == "" {
		return ""
	}
	return filepath.Join(r.store.cache, r.key+".index")
}

// openIndex takes the parts of an index if nothing was read yet.
func (r *Run) openIndex(log *os.File, size int64) {
	path := r.indexPath()
	if r.indexTried || path == "" || size < r.store.crew.minIndexed() {
		return
	}
	r.indexTried = true
	if r.end() != (journal.Position{}) {
		return
	}
	f, parts, err := openIndex(path, log, size)
	if err != nil {
		return // it is read anew, and written
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.index, r.parts, r.done = f, parts, parts[len(parts)-1].to.Offset
	for _, p := range parts {
		r.fold(p)
	}
}

// saveIndex writes an index if much was read since the last.
func (r *Run) saveIndex(log *os.File) {
	path := r.indexPath()
	r.mu.Lock()
	parts, fresh := r.parts, int64(0)
	for _, p := range parts {
		if p.index == nil {
			fresh += p.to.Offset - p.from.Offset
		}
	}
	old := r.index
	r.mu.Unlock()
	if path == "" || fresh < r.store.crew.minIndexed() || old != nil && fresh < r.end().Offset/4 {
		return
	}
	if writeIndex(path, log, parts, r.load) != nil {
		return // without an index it takes longer the next time
	}
	f, indexed, err := openIndex(path, log, r.end().Offset)
	if err != nil {
		return
	}
	for i, p := range indexed { // what is in memory stays there
		p.keep(parts[i])
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closeIndex()
	r.index, r.parts = f, indexed
	trimCache(r.store.cache)
}

func (r *Run) closeIndex() {
	if r.index != nil {
		_ = r.index.Close() // it was only read
		r.index = nil
	}
}
