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
	ctx    context.Context //nolint:containedctx // of the goroutines, canceled by Close
	cancel context.CancelFunc
	work   sync.WaitGroup
	wake   chan struct{} // wakes the dispatcher; has room for one

	mu        sync.Mutex
	started   bool
	finishing bool
	closed    bool
	hurry     bool // send the pending files without collecting more
	watching  bool
	refusal   error
	files     map[string]*file
	live      map[*file]bool // the files to watch
	pending   []*file
	sending   map[*file]*job
	progress  Progress      // Bytes and BytesDone are those of finished uploads
	open      int           // the number of files pending or being sent
	drained   chan struct{} // closed when open becomes 0; nil if no one waits

	stateMu sync.Mutex // serializes Finish, Keep and Close
	kept    *keeper    // guarded by mu; not nil after Keep
}

// file is the state of one name. Its fields are guarded by Uploader.mu.
type file struct {
	name   string
	src    source
	saves  int // the number of saves; it identifies the source, which cannot be compared
	policy Policy
	state  state
	again  bool // saved again while it was being sent
	seen   stamp
	has    *digest // of the content in the store, or nil
	err    error   // why the last content is not in the store
	gone   error   // why there was no content to send or keep
	unkept error   // why Keep did not store it
}

type state uint8

const (
	idle    state = iota
	pending       // waits for a batch
	taken         // in a batch, before its content was looked at
	sending       // looked at, or being sent
)

// New returns an Uploader. Files may be saved before Start, but nothing is sent and no
// goroutine runs.
func New(cfg Config) *Uploader {
	cfg = cfg.withDefaults()
	if err := checkGlobs(cfg.IgnoreGlobs); err != nil { // better all files than none
		cfg.Logger.Warn("WANDB_IGNORE_GLOBS is ignored", "error", err)
		cfg.IgnoreGlobs = nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	u := &Uploader{
		cfg: cfg, ctx: ctx, cancel: cancel,
		wake: make(chan struct{}, 1), files: make(map[string]*file), live: make(map[*file]bool), sending: make(map[*file]*job),
	}
	return u
}

// Start starts the uploads. It does nothing if it was called before, after Keep or Close,
// and without a server.
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

// Save uploads a file from disk under a name of the run, at the time that the policy says.
// The path is that of a regular file, or a link to one, which need not exist yet. A name
// that was saved before gets the new path and policy. Save does not wait for the upload.
// The error is
//
//   - an *errors.InputError if the name is not inside the run or the policy is unknown,
//   - [ErrClosed] after Finish or Close.
func (u *Uploader) Save(name, path string, policy Policy) error {
	absolute, err := filepath.Abs(path) // the program may change its working directory
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	return u.add(name, diskFile(absolute), policy)
}

// SaveFile is Save for one file of a file system, which is read from other goroutines
// until Close.
func (u *Uploader) SaveFile(name string, fsys fs.FS, path string, policy Policy) error {
	if !fs.ValidPath(path) {
		return fmt.Errorf("save %s: %w", name, invalid("path", path, "must be a valid path of io/fs", ErrOutside))
	}
	return u.add(name, fsFile{fsys, path}, policy)
}

// SaveBytes is Save for content in memory, which is copied. Saving a name again replaces
// its content. Live is the same as Now.
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
		if err := u.keepFile(nil, k, f, src, nth); err != nil {
			return fmt.Errorf("keep %s: %w", f.name, err)
		}
		return nil
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

// pendLocked adds a file to the next batch.
func (u *Uploader) pendLocked(f *file) {
	switch f.state {
	case taken, sending:
		f.again = true
	case idle:
		f.state = pending
		u.pending = append(u.pending, f)
		u.open++
		u.hurry = u.hurry || u.finishing
		u.progress.Files++
		u.wakeUp()
	case pending:
	}
}

// finished records the result of a file, which is sent again if it was saved meanwhile. gone is
// why it had no content, or nil.
func (u *Uploader) finished(f *file, err, gone error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f.state, f.err, f.gone = idle, err, gone
	u.open--
	if err == nil && gone == nil {
		_, size := u.sending[f].bytes()
		u.progress.Done++
		u.progress.Bytes += size
		u.progress.BytesDone += size
	}
	delete(u.sending, f)
	if f.again {
		f.again = false
		u.pendLocked(f)
		return
	}
	if f.policy == Now && err == nil {
		f.src = nil // only its digest is needed now
	}
	if u.open == 0 && u.drained != nil {
		close(u.drained)
		u.drained = nil
	}
}

// flushLocked sends the pending files without collecting more. It does not wait for them.
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

// skip reports a file that is skipped.
func (u *Uploader) skip(name string, reason error) {
	u.cfg.Logger.Debug("file is skipped", "name", name, "reason", reason)
	if u.cfg.Skipped != nil {
		u.cfg.Skipped(name, reason)
	}
}

// Close stops all uploads at once and waits for the goroutines. It may be called more than
// once.
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

// stop stops the goroutines and waits for them.
func (u *Uploader) stop() {
	u.mu.Lock()
	u.started = true // Start does nothing from now on
	u.mu.Unlock()
	u.cancel()
	u.work.Wait()
}
