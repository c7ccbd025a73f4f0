package runstore

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/rundir"
)

// Options are options of [Open].
type Options struct {
	// Cache is the directory for indexes, "" for none.
	Cache string
	// Staging is where the official client keeps the files of artifacts that are not uploaded,
	// "" for none.
	Staging string
	// Feeds returns runs that are in memory, by names of their own.
	Feeds func() map[string]Feed
	// Poll is how long [Store.Watch] waits between two looks, by default one second.
	Poll time.Duration
}

// Store has the runs below some directories. It is safe for concurrent use.
type Store struct {
	dirs    []string
	cache   string
	staging string
	memory  int64
	poll    time.Duration
	feeds   func() map[string]Feed
	crew    crew
	clock   atomic.Int64 // counts uses of runs

	// looking serializes Refresh.
	looking  sync.Mutex
	searched time.Time
	homes    map[string]bool

	// joined are the runs of several logs, by the key of the first.
	joining sync.Mutex
	joined  map[string]*Run

	mu      sync.Mutex
	runs    map[string]*Run // by the path of the log
	byKey   map[string]*Run
	sweeps  []string
	version int64
	changed chan struct{} // closed with the next change
	err     error
}

// maxMemory is about how many bytes of columns are kept.
const maxMemory = 160 << 20

// Open returns a store of the runs below the directories. A directory may also be a log or
// the directory of one run. Nothing is read yet; see [Store.Watch] and [Store.Refresh].
func Open(dirs []string, opts Options) *Store {
	s := &Store{
		cache: opts.Cache, staging: opts.Staging, memory: maxMemory, poll: cmp.Or(opts.Poll, time.Second), feeds: opts.Feeds, crew: newCrew(),
		runs: map[string]*Run{}, byKey: map[string]*Run{}, changed: make(chan struct{}), homes: map[string]bool{},
	}
	for _, dir := range dirs {
		if whole, err := filepath.EvalSymlinks(dir); err == nil {
			dir = whole
		}
		if whole, err := filepath.Abs(dir); err == nil {
			dir = whole
		}
		s.dirs = append(s.dirs, dir)
	}
	return s
}

// Dirs returns the directories.
func (s *Store) Dirs() []string { return s.dirs }

// Watch refreshes the store until ctx ends.
func (s *Store) Watch(ctx context.Context) {
	for ctx.Err() == nil {
		s.Refresh(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(s.poll):
		}
	}
}

// Close releases files. The store must not be used by others any more.
func (s *Store) Close() {
	for _, r := range s.logs() {
		r.mu.Lock()
		r.closeIndex()
		r.mu.Unlock()
	}
}

// searchEvery is how often all directories are searched. In between, only those that have
// runs are.
const searchEvery = 10 * time.Second

// Refresh looks for runs, and reads what is new in each. It blocks until all is read or ctx
// ends; runs appear as they are found.
func (s *Store) Refresh(ctx context.Context) {
	s.looking.Lock()
	defer s.looking.Unlock()
	s.search()
	runs := s.logs()
	slices.SortStableFunc(runs, func(a, b *Run) int { // the small ones first, so that a huge one delays none
		return cmp.Compare(a.Info().Size, b.Info().Size)
	})
	jobs := make(chan *Run)
	var workers sync.WaitGroup
	for range cap(s.crew.slots) {
		workers.Go(func() {
			for r := range jobs {
				r.refresh(ctx)
			}
		})
	}
	for _, r := range runs {
		if ctx.Err() != nil {
			break
		}
		jobs <- r
	}
	close(jobs)
	workers.Wait()
	s.trim()
}

// search looks for new logs, and forgets those that are gone.
func (s *Store) search() {
	f := finder{homes: map[string]bool{}, left: maxDirs}
	whole := time.Since(s.searched) >= searchEvery
	s.searchFeeds()
	if whole {
		for _, dir := range s.dirs {
			f.find(dir)
		}
		s.searched, s.homes = time.Now(), f.homes
	} else {
		s.searchHomes(&f)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = nil
	for _, dir := range f.sweeps {
		if !slices.Contains(s.sweeps, dir) {
			s.sweeps = append(s.sweeps, dir)
		}
	}
	if f.err != nil {
		s.err = fmt.Errorf("look for runs: %w", f.err)
	}
	found := make(map[string]bool, len(f.logs))
	for _, path := range f.logs {
		found[path] = true
		dir := rundir.Of(path)
		if s.runs[path] != nil || s.byKey[keyOf(dir.Journal())] != nil { // the same log, maybe by another way
			continue
		}
		r := newRun(s, dir)
		if info, err := os.Stat(path); err == nil {
			i := *r.Info()
			i.Size = info.Size()
			r.info.Store(&i)
		}
		s.addLocked(path, r)
	}
	for path, r := range s.runs {
		if r.feed != nil {
			continue
		}
		if _, err := os.Lstat(path); whole && !found[path] && errors.Is(err, fs.ErrNotExist) {
			s.removeLocked(path, r)
		}
	}
}

func (s *Store) addLocked(path string, r *Run) {
	s.runs[path], s.byKey[r.key] = r, r
	s.bumpLocked(r)
}

func (s *Store) removeLocked(path string, r *Run) {
	delete(s.runs, path)
	delete(s.byKey, r.key)
	s.bumpLocked(nil)
}

// searchFeeds adds feeds that are new, and removes those that are gone.
func (s *Store) searchFeeds() {
	if s.feeds == nil {
		return
	}
	feeds := s.feeds()
	for name, f := range feeds {
		s.mu.Lock()
		known := s.runs[name] != nil
		s.mu.Unlock()
		if known {
			continue
		}
		r := newFedRun(s, name, f)
		s.mu.Lock()
		s.addLocked(name, r)
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, r := range s.runs {
		if _, ok := feeds[name]; !ok && r.feed != nil {
			s.removeLocked(name, r)
		}
	}
}

// searchHomes looks for new directories beside those of known runs.
func (s *Store) searchHomes(f *finder) {
	known := map[string]bool{}
	for _, r := range s.logs() {
		if r.dir != nil {
			known[r.dir.Path()] = true
		}
	}
	for _, dir := range append(slices.Collect(maps.Keys(s.homes)), s.dirs...) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if path := filepath.Join(dir, e.Name()); e.IsDir() && worthwhile(e) && !known[path] {
				f.dir(path, maxDepth-1)
			}
		}
	}
	maps.Copy(s.homes, f.homes)
}

// Err returns why a directory cannot be searched, nil if all can.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Sweeps returns the directories of local sweeps that were found, also those that were
// deleted since.
func (s *Store) Sweeps() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sweeps)
}

// Runs returns all runs, in the order of their keys. The logs of one run are one run, whose
// key is that of the first log.
func (s *Store) Runs() []*Run {
	runs, _ := s.group(s.logs())
	return runs
}

// logs returns the runs of all logs and feeds, in the order of their keys.
func (s *Store) logs() []*Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.runs), func(a, b *Run) int { return strings.Compare(a.key, b.key) })
}

// Run returns the run with a key, or nil if there is none. The key of each log of a run
// leads to the run.
func (s *Store) Run(key string) *Run {
	_, byKey := s.group(s.logs())
	return byKey[key]
}

// Version returns a number that grows with each change of any run.
func (s *Store) Version() int64 {
	version, _ := s.Changed()
	return version
}

// Changed returns the version, and a channel that is closed when there is a later one.
func (s *Store) Changed() (version int64, later <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version, s.changed
}

// Wait blocks until the version is above since, or ctx ends. It returns the version.
func (s *Store) Wait(ctx context.Context, since int64) int64 {
	for {
		version, changed := s.Changed()
		if version > since {
			return version
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return version
		}
	}
}

// bump counts a change of a run.
func (s *Store) bump(r *Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bumpLocked(r)
}

func (s *Store) bumpLocked(r *Run) {
	s.version++
	if r != nil {
		r.version.Store(s.version)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// trim drops the columns of the runs that were not used for the longest time, until the
// rest fits the memory.
func (s *Store) trim() {
	runs := s.logs()
	sizes := make(map[*Run]int64, len(runs))
	total := int64(0)
	runs = slices.DeleteFunc(runs, func(r *Run) bool { return r.feed != nil }) // they are nowhere else
	for _, r := range runs {
		n := int64(0)
		for _, p := range r.snapshot() {
			n += p.bytes()
		}
		sizes[r], total = n, total+n
	}
	slices.SortFunc(runs, func(a, b *Run) int { return cmp.Compare(a.used.Load(), b.used.Load()) })
	for _, r := range runs {
		if total <= s.memory || r == runs[len(runs)-1] && r.used.Load() > 0 { // who looks at a huge run looks again
			return
		}
		for _, p := range r.snapshot() {
			p.drop()
		}
		total -= sizes[r]
	}
}

func (r *Run) snapshot() []*part {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.parts
}
