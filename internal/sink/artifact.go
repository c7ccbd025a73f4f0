package sink

import (
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/rundir"
)

// ArtifactUploads uploads artifacts to the server.
type ArtifactUploads interface {
	// Submit queues an artifact. The function it returns blocks until the server has
	// the artifact, and returns its id there, or until ctx ends or the upload fails.
	Submit(a *record.Artifact) (wait func(ctx context.Context) (id string, err error))
	// Progress is how many artifacts and bytes are uploaded, of how many.
	Progress() ArtifactProgress
	// Close stops the uploads, and waits for that. It may be called more than once.
	Close()
}

// ArtifactProgress is how far uploads of artifacts are.
type ArtifactProgress struct {
	Done, Of       int
	Bytes, OfBytes int64
}

// ArtifactUpload is an artifact on its way to the server.
type ArtifactUpload struct {
	rec   *record.Artifact
	dir   string                             // of the copies
	index int64                              // in the log; -1 if the log does not have it; guarded by artifacts.mu
	log   func(*Disk, *ArtifactUpload) error // Both.log, which nobody links without an artifact
	done  chan struct{}
	id    string // on the server; valid after done, as are err and offline
	err   error
	// offline returns why the run is not online, if that is why the upload failed; else nil.
	offline func(ctx context.Context, u *ArtifactUpload) error
}

// Done is closed when the upload has ended.
func (u *ArtifactUpload) Done() <-chan struct{} { return u.done }

// Wait blocks until the server has the artifact, and returns its id there. The error is
// that of the upload, or of ctx. If the server has refused the run, Wait also waits for the
// diagnosis; if ctx ends first, the error is what is known without it.
func (u *ArtifactUpload) Wait(ctx context.Context) (id string, err error) {
	select {
	case <-u.done:
	default:
		select {
		case <-u.done:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	if u.offline != nil {
		return "", u.offline(ctx, u)
	}
	return u.id, u.err
}

func (u *ArtifactUpload) String() string { return fmt.Sprintf("artifact %s", u.rec.Name) }

// artifacts are those of a run.
type artifacts struct {
	running waiter

	mu      sync.Mutex
	uploads ArtifactUploads // nil before the first artifact
	ctx     context.Context // of the uploads
	stop    context.CancelFunc
	over    bool                     // nothing is uploaded any more
	pending map[*ArtifactUpload]bool // true once it failed
	temp    string                   // of the copies, if the run has no directory
	copies  map[string]int64         // bytes of the copies in each directory
}

// open returns the uploads, and starts them if they are not running; nil if they are over.
func (a *artifacts) open(start func() ArtifactUploads) ArtifactUploads {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return nil
	}
	if a.uploads == nil {
		a.uploads = start()
		a.ctx, a.stop = context.WithCancel(context.Background())
		a.pending = make(map[*ArtifactUpload]bool)
	}
	return a.uploads
}

// end says that nothing is uploaded any more, and returns what was running; nil if there
// was no artifact.
func (a *artifacts) end() ArtifactUploads {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.uploads
}

// Artifact stores an artifact, whose copies are in dir: on disk first, so that a sync
// uploads it if the process is killed, and then on the server. start is called before the
// first upload: only a program that has artifacts links what uploads them. Artifact does
// not block on the network.
func (b *Both) Artifact(rec *record.Artifact, dir string, start func() ArtifactUploads) (*ArtifactUpload, error) {
	u := &ArtifactUpload{rec: rec, dir: dir, index: -1, log: b.log, done: make(chan struct{})}
	disk, server, unpersisted := b.current()
	if unpersisted {
		return nil, b.Err()
	}
	var onDisk error
	if disk != nil {
		onDisk = b.log(disk, u)
	}
	switch {
	case server != nil && b.upload(u, start):
		return u, nil
	case errors.Is(onDisk, journal.ErrClosed): // Finish came meanwhile
		return nil, errors.ErrRunFinished
	case onDisk != nil:
		return nil, onDisk
	}
	u.offline = b.offlineError
	close(u.done)
	return u, nil
}

// log puts an artifact into the log. Its error says that the log will never have it.
func (b *Both) log(d *Disk, u *ArtifactUpload) error {
	rec, err := b.loggable(d, u)
	if err == nil && b.cfg.Disk.Journal.Sync != journal.SyncNever {
		err = syncCopies(u, rec.Manifest.EntriesFile) // the log must not survive a loss of power without them
	}
	if err != nil {
		b.reportDisk(err)
		return err
	}
	index, err := d.putCounted(rec, &d.artifacts)
	if err == nil {
		err = d.writer.Flush() // a process that is killed has not lost it
	}
	if err != nil {
		b.reportDisk(err)
		if lost(err) {
			return err
		}
	}
	b.artifacts.mu.Lock()
	defer b.artifacts.mu.Unlock()
	u.index = index
	return nil
}

// maxLogged is how many entries a record of the log has at most, as in the official client.
const maxLogged = 100_000

// loggable is an artifact as the log has it. If there are many entries they are in a file
// beside the copies.
func (b *Both) loggable(d *Disk, u *ArtifactUpload) (*record.Artifact, error) {
	rec := u.rec
	if m := rec.Manifest; len(m.Entries) > maxLogged {
		brief, short := *rec, *m
		short.Entries, short.EntriesFile = nil, filepath.Join(u.dir, "entries.jl.gz")
		brief.Manifest, rec = &short, &brief
		if err := writeEntries(short.EntriesFile, m.Entries); err != nil {
			return nil, errors.Join(journal.ErrLost, err)
		}
	}
	for i := range u.rec.Manifest.Entries { // a sync reads other files only if the run noted them
		if path := u.rec.Manifest.Entries[i].LocalPath; path != "" && filepath.Dir(path) != u.dir {
			if err := d.dir.AddArtifact(b.cfg.Key, u.rec); err != nil {
				b.cfg.Log.Warn("cannot note the files of an artifact for a sync", "artifact", rec.Name, "error", err)
			}
			break
		}
	}
	return rec, nil
}

func writeEntries(path string, entries []record.ArtifactEntry) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // like the run's directory
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w, _ := gzip.NewWriterLevel(f, gzip.BestSpeed) // the level is valid
	return errors.Join(manifest.EncodeLines(w, entries), w.Close(), f.Close())
}

// logArtifacts puts those that the server does not have into a log that was opened late.
func (b *Both) logArtifacts(d *Disk) {
	a := &b.artifacts
	a.mu.Lock()
	waiting := slices.Collect(maps.Keys(a.pending))
	a.mu.Unlock()
	for _, u := range waiting {
		_ = u.log(d, u) // it is reported
	}
}

// upload uploads an artifact in the background, unless the run went offline meanwhile.
func (b *Both) upload(u *ArtifactUpload, start func() ArtifactUploads) bool {
	a := &b.artifacts
	uploads := a.open(start)
	if uploads == nil {
		return false
	}
	a.mu.Lock()
	a.pending[u] = false
	a.mu.Unlock()
	wait := uploads.Submit(u.rec)
	a.running.begin()
	go func() {
		id, err := wait(a.ctx)
		if err == nil {
			b.artifactStored(u, id)
			a.running.end()
			return
		}
		report, why := b.artifactFailed(u, err)
		u.err = why
		a.mu.Lock()
		a.pending[u] = true
		a.mu.Unlock()
		close(u.done)
		a.running.end()
		if report { // Finish does not wait for it, so that the hook can call Finish
			b.notify(Artifacts, why)
		}
	}()
	return true
}

// artifactStored is called when the server has an artifact. Its copies are of no use any
// more.
func (b *Both) artifactStored(u *ArtifactUpload, id string) {
	a := &b.artifacts
	a.mu.Lock()
	delete(a.pending, u)
	index := u.index
	a.mu.Unlock()
	if index >= 0 {
		if err := b.progress.hasArtifact(b, index); err != nil {
			b.cfg.Log.Warn("cannot note that the server has an artifact", "artifact", u.rec.Name, "error", err)
		}
	}
	b.RemoveCopies(u.dir)
	u.id = id
	close(u.done)
}

// artifactFailed explains why an artifact is not on the server. report says that the
// program is to be notified.
func (b *Both) artifactFailed(u *ArtifactUpload, cause error) (report bool, why error) {
	if b.artifacts.ctx.Err() != nil { // the run went offline, or Finish ran out of time
		if b.Refusal(Rows) != nil {
			u.offline = b.offlineError
		}
		return false, fmt.Errorf("log %s: %w", u, cause)
	}
	b.cfg.Log.Warn("an artifact is not uploaded", "artifact", u.rec.Name, "error", cause)
	q := b.question(Artifacts)
	q.Artifact = u.rec.Name
	if why = b.cfg.Diagnoser.ExplainRunning(b.asking, q, cause); !isResponse(why) {
		why = fmt.Errorf("log %s: %w", u, cause)
	}
	nth := b.fail(Artifacts, why)
	b.resolve(Artifacts, nth, why)
	b.warn(Artifacts, why)
	return true, why
}

// hasArtifact notes that the server has an artifact, given by its index.
func (p *progress) hasArtifact(b *Both, index int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if index -= p.artifactsBefore; index < 0 {
		return nil // it is in the log that this one continues
	}
	p.artifacts = append(p.artifacts, index)
	return p.saveLocked(b, rundir.Uploaded{})
}

// finishArtifacts waits for the uploads until ctx ends, and returns what failed.
func (b *Both) finishArtifacts(ctx context.Context) error {
	a := &b.artifacts
	uploads := a.end()
	if uploads == nil {
		return nil
	}
	stop := context.AfterFunc(ctx, a.stop)
	a.running.wait()
	stop()
	a.stop()
	uploads.Close()
	if b.offline.Load() { // that is the reason
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for u := range a.pending {
		err := u.err
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = fmt.Errorf("log %s: %w", u, context.Cause(ctx))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// abandonArtifacts stops the uploads, because the run continues on disk alone.
func (b *Both) abandonArtifacts() {
	a := &b.artifacts
	uploads := a.end()
	if uploads == nil {
		return
	}
	a.stop()
	b.background.begin()
	go func() {
		defer b.background.end()
		uploads.Close()
	}()
}

func (a *artifacts) progress() ArtifactProgress {
	a.mu.Lock()
	uploads := a.uploads
	a.mu.Unlock()
	if uploads == nil {
		return ArtifactProgress{}
	}
	return uploads.Progress()
}
