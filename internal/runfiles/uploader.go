package runfiles

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
)

// Uploader uploads the files of one run. All methods are safe for concurrent use.
type Uploader struct {
	cfg    Config
	ctx    context.Context //nolint:containedctx // the life of the goroutines, ended by Close
	cancel context.CancelFunc
	work   sync.WaitGroup
	wake   chan struct{} // tells the dispatcher to look again; holds one

	mu        sync.Mutex
	started   bool
	finishing bool
	closed    bool
	hurry     bool // send what waits without collecting more
	watching  bool
	refusal   error
	files     map[string]*file
	live      map[*file]bool // the files to be watched
	pending   []*file
	open      int           // files that are pending or being sent
	settled   chan struct{} // closed when open falls to 0; nil when nobody waits

	stateMu sync.Mutex // orders the calls of Finish, Keep and Close that change the life cycle
	kept    *keeper    // guarded by mu; not nil once Keep was called

	progress progress
}

// file is what the uploader knows about one name. Its fields are guarded by
// Uploader.mu.
type file struct {
	name   string
	src    source
	saves  int // how often it was saved; tells sources apart, which cannot be compared
	policy Policy
	state  state
	again  bool // saved again while it was being sent
	seen   stamp
	has    *digest // what the store has; nil for nothing
	err    error   // why the last content is not there
	gone   error   // why there was none to send or keep, when it was last looked for
	unkept error   // why it is not where Keep was to put it
}

type state uint8

const (
	idle    state = iota
	pending       // waits for a batch
	sending       // in a batch, or being put
)

// New checks the configuration. Nothing is sent, and no goroutine runs, before
// Start; files may be saved before.
func New(cfg Config) (*Uploader, error) {
	if err := checkGlobs(cfg.IgnoreGlobs); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	u := &Uploader{
		cfg: cfg.withDefaults(), ctx: ctx, cancel: cancel,
		wake: make(chan struct{}, 1), files: make(map[string]*file), live: make(map[*file]bool),
	}
	u.progress.report = cfg.Progress
	return u, nil
}

// Start begins uploading. Later calls do nothing, nor does one after Keep or
// Close, or without a server.
func (u *Uploader) Start() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.started || u.closed || u.kept != nil || !u.cfg.hasServer() {
		return
	}
	u.started = true
	u.work.Go(u.dispatch)
	if len(u.live) > 0 {
		u.watchLocked()
	}
}

// Save uploads a file of the operating system under a name of the run, as the
// policy says. The path is that of a regular file, or of a link to one, and may
// lead to nothing yet. A name that was saved before gets the new path and
// policy. Save does not wait for the upload. It fails on a name that is not
// inside the run and an unknown policy, each an *errors.InputError, and with
// [ErrClosed].
func (u *Uploader) Save(name, path string, policy Policy) error {
	absolute, err := filepath.Abs(path) // the program may change its directory
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	return u.add(name, diskFile(absolute), policy)
}

// SaveFile is Save for one file of a file system. The file system must stay
// usable, also from other goroutines, until Close.
func (u *Uploader) SaveFile(name string, fsys fs.FS, path string, policy Policy) error {
	if !fs.ValidPath(path) {
		return fmt.Errorf("save %s: %w", name, invalid("path", path, "must be one of io/fs", ErrOutside))
	}
	return u.add(name, fsFile{fsys, path}, policy)
}

// SaveBytes is Save for content in memory, which is copied. Saving a name again
// replaces its content; Live is like Now, and uploads what was saved last.
func (u *Uploader) SaveBytes(name string, data []byte, policy Policy) error {
	if policy == Live {
		policy = Now
	}
	return u.add(name, content(slices.Clone(data)), policy)
}

func (u *Uploader) add(name string, src source, policy Policy) error {
	if err := policy.check(); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	name, err := cleanName(name)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	if u.ignored(name) {
		u.skip(name, ErrIgnored)
		return nil
	}
	u.mu.Lock()
	if u.closed || u.finishing {
		u.mu.Unlock()
		return fmt.Errorf("save %s: %w", name, ErrClosed)
	}
	f := u.files[name]
	if f == nil {
		f = &file{name: name}
		u.files[name] = f
	}
	f.src, f.policy, f.gone = src, policy, nil
	f.saves++
	nth := f.saves
	if policy == Live {
		u.live[f] = true
	} else {
		delete(u.live, f)
	}
	if k := u.kept; k != nil {
		u.mu.Unlock()
		return u.keepNow(k, f, src, nth)
	}
	if policy != End {
		u.pendLocked(f)
	}
	if policy == Live && u.started {
		u.watchLocked()
	}
	u.mu.Unlock()
	return nil
}

// pendLocked puts a file into the next batch.
func (u *Uploader) pendLocked(f *file) {
	switch f.state {
	case sending:
		f.again = true
	case idle:
		f.state = pending
		u.pending = append(u.pending, f)
		u.open++
		u.hurry = u.hurry || u.finishing
		u.progress.asked()
		u.wakeUp()
	case pending:
	}
}

// settle ends a file's turn. A file that was saved again meanwhile gets another.
func (u *Uploader) settle(f *file, err error) { u.settleAs(f, err, nil) }

// settleAs is settle, also for a file that had no content.
func (u *Uploader) settleAs(f *file, err, gone error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f.state, f.err, f.gone = idle, err, gone
	u.open--
	if f.again {
		f.again = false
		u.pendLocked(f)
		return
	}
	if f.policy == Now && err == nil {
		f.src = nil // only its digest is needed from here on
	}
	if u.open == 0 && u.settled != nil {
		close(u.settled)
		u.settled = nil
	}
}

// Flush sends what waits without collecting more. It does not wait for it.
func (u *Uploader) Flush() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flushLocked()
}

func (u *Uploader) flushLocked() {
	if len(u.pending) > 0 {
		u.hurry = true
		u.wakeUp()
	}
}

func (u *Uploader) wakeUp() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// skip reports a file that is left out on purpose.
func (u *Uploader) skip(name string, reason error) {
	u.progress.skipped()
	u.cfg.Logger.Debug("file is left out", "name", name, "reason", reason)
	if u.cfg.Skipped != nil {
		u.cfg.Skipped(name, reason)
	}
}

// Progress is safe to call at any time.
func (u *Uploader) Progress() Progress { return u.progress.now() }

// Close stops everything at once and waits for the goroutines. What is not
// uploaded by then is not uploaded. It may be called more than once.
func (u *Uploader) Close() {
	u.stateMu.Lock()
	defer u.stateMu.Unlock()
	u.stop()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	if u.kept != nil {
		u.kept.close()
	}
}

// stop ends the goroutines and waits for them.
func (u *Uploader) stop() {
	u.mu.Lock()
	u.started = true // Start comes too late now
	u.mu.Unlock()
	u.cancel()
	u.work.Wait()
}
