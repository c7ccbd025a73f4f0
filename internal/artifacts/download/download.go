package download

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/record"
)

// Options says what to download, and where to.
type Options struct {
	// Dir is the directory; "" is one with the name of the version, below the settings'.
	Dir string
	// Prefix selects the entries whose paths start with it.
	Prefix string
	// SkipCache neither reads nor fills the cache.
	SkipCache bool
	// SkipReferences leaves references out.
	SkipReferences bool
	// OpenReference reads references with schemes that are not known here; nil if none.
	OpenReference OpenReference
	// PartSize is the size of the parts of large files, in bytes; 0 is the default.
	PartSize int64
	// Progress is called now and then, and at the end; nil if no one wants to know.
	Progress func(Progress)
}

// Progress is how far a download is.
type Progress struct {
	Files, TotalFiles int   // files with their final content, and all
	Bytes, TotalBytes int64 // likewise
	// Received are the bytes that came from the network, and Reused those that were in the
	// directory or the cache.
	Received, Reused int64
}

// DefaultDir is where a version is downloaded to if the caller does not say.
func (v *Version) DefaultDir() string {
	if v.conn == nil {
		return ""
	}
	return filepath.Join(v.conn.Settings.ArtifactDir, dirName(v.Info().Source))
}

// dirName is a directory's name for a version. The server's names may be any text.
func dirName(p Path) string {
	separator := ":"
	if runtime.GOOS == "windows" {
		separator = "-"
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:`, r) {
			return '_'
		}
		return r
	}, p.Collection)
	version := p.Version
	if !manifest.IsVersion(version) {
		version = "v0"
	}
	return name + separator + version
}

// Download fetches the files that are not in the directory yet. The errors are the public
// ones of package errors, those of the file system, [*UnreadError], and [manifest.ErrPath] and
// [manifest.ErrManifest] for a manifest that cannot be used.
func (v *Version) Download(ctx context.Context, opts Options) (dir string, err error) {
	if v.conn == nil {
		return "", errNone
	}
	if dir, err = filepath.Abs(cmp.Or(opts.Dir, v.DefaultDir())); err != nil {
		return "", err
	}
	err = v.withManifest(ctx, func(m *manifestFile) error { return v.download(ctx, m, dir, opts) })
	if err != nil {
		return "", v.explain(ctx, diagnose.OpDownloadArtifact, err)
	}
	return dir, nil
}

func (v *Version) download(ctx context.Context, m *manifestFile, dir string, opts Options) (err error) {
	t, err := openTarget(dir)
	if err != nil {
		return err
	}
	defer func() { t.close(err == nil) }()
	plan, err := t.plan(m, opts.Prefix)
	if err != nil {
		return err
	}
	opts.PartSize = cmp.Or(opts.PartSize, partSize)
	j := &job{v: v, target: t, opts: opts, cache: v.conn.Cache}
	if opts.SkipCache {
		j.cache = nil
	}
	j.progress.TotalFiles, j.progress.TotalBytes = plan.files, plan.bytes
	if err := j.run(ctx, m); err != nil {
		return err
	}
	j.report(Progress{}, true)
	if err := j.cache.TrimIfFull(ctx, objectcache.DefaultLimit); err != nil {
		return err
	}
	return j.unread.err(dir, j.progress.Files)
}

// job is one download.
type job struct {
	v      *Version
	target *target
	cache  *objectcache.Cache
	opts   Options

	mu       sync.Mutex
	progress Progress
	reported Progress
	unread   UnreadError
}

// task is a file that has to be fetched.
type task struct {
	entry *record.ArtifactEntry
	name  string // on this system
	at    *address
}

// run is the pipeline. The first error ends it.
func (j *job) run(ctx context.Context, m *manifestFile) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	missing := make(chan task, maxBatch)
	found := make(chan task, maxBatch) // so that transfers go on while addresses are asked for
	fail := func(err error) {
		if err != nil {
			cancel(err)
		}
	}
	var rest sync.WaitGroup
	rest.Go(func() {
		defer close(found)
		fail(j.locate(ctx, missing, found))
	})
	for range cap(j.v.conn.Slots) {
		rest.Go(func() { fail(j.fetch(ctx, found)) })
	}
	fail(m.concurrently(ctx, j.opts.Prefix, max(4, runtime.GOMAXPROCS(0)), func(ctx context.Context, e *record.ArtifactEntry, buf []byte) error {
		return j.check(ctx, e, buf, missing)
	}))
	close(missing)
	rest.Wait()
	return context.Cause(ctx)
}

func send[T any](ctx context.Context, to chan<- T, x T) error {
	select {
	case to <- x:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// check passes on an entry that is neither in the directory nor in the cache.
func (j *job) check(ctx context.Context, e *record.ArtifactEntry, buf []byte, missing chan<- task) error {
	name, err := local(e.Path)
	if err != nil {
		return err
	}
	if e.Ref != "" && j.opts.SkipReferences {
		j.done(e, 0)
		return nil
	}
	if e.Ref == "" {
		has, err := j.has(ctx, e, name, buf)
		if err != nil {
			return err
		}
		if has {
			j.done(e, e.Size)
			return nil
		}
	}
	return send(ctx, missing, task{entry: e, name: name})
}

// has reports whether a file is in the directory, after it was copied from the cache if it
// is there.
func (j *job) has(ctx context.Context, e *record.ArtifactEntry, name string, buf []byte) (bool, error) {
	if _, err := manifest.ParseDigest(e.Digest); err != nil {
		return false, fmt.Errorf("%w: %.80q: %w", manifest.ErrManifest, e.Path, err)
	}
	if has, err := j.target.has(ctx, name, e, buf); has || err != nil {
		return has, err
	}
	return j.reuse(ctx, e, name)
}

// reuse gives a copy of a file of the cache its name. It reports false if there is no such
// file, or its copy is not right: whatever is wrong with the cache, the server has the file.
func (j *job) reuse(ctx context.Context, e *record.ArtifactEntry, name string) (bool, error) {
	from, err := j.cache.Find(keyOf(e))
	if err != nil {
		return false, nil
	}
	defer from.Close()
	to, temp, err := j.target.create()
	if err != nil {
		return false, err
	}
	if err := errors.Join(from.Copy(ctx, to), to.Close()); err != nil {
		j.target.remove(temp)
		return false, ctx.Err() // a full disk is also the error of fetching
	}
	return true, j.target.place(temp, name)
}

// locate asks where the files are, for as many at a time as there are.
func (j *job) locate(ctx context.Context, missing <-chan task, found chan<- task) error {
	for first := range missing {
		batch := append(make([]task, 0, maxBatch), first)
	more:
		for len(batch) < maxBatch {
			select {
			case t, ok := <-missing:
				if !ok {
					break more
				}
				batch = append(batch, t)
			default:
				break more
			}
		}
		if err := j.locateBatch(ctx, batch, found); err != nil {
			return err
		}
	}
	return nil
}

func (j *job) locateBatch(ctx context.Context, batch []task, found chan<- task) error {
	var names []string
	for _, t := range batch {
		if t.entry.Ref == "" {
			names = append(names, t.entry.Path)
		}
	}
	if len(names) > 0 {
		where, err := j.v.addresses(ctx, names)
		if err != nil {
			return err
		}
		for i := range batch {
			e := batch[i].entry
			at, ok := where[e.Path]
			if !ok && e.Ref == "" {
				if at, err = j.v.ownAddress(ctx, e); err != nil {
					return err
				}
			}
			batch[i].at = &address{v: j.v, entry: e, current: at}
		}
	}
	for _, t := range batch {
		if err := send(ctx, found, t); err != nil {
			return err
		}
	}
	return nil
}

// fetch fetches files.
func (j *job) fetch(ctx context.Context, found <-chan task) error {
	f := &fetcher{job: j, buf: make([]byte, bufSize)}
	for t := range found {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := f.file(ctx, t)
		if none, ok := errors.AsType[*noReader](err); ok { // the rest can be had
			j.mu.Lock()
			j.unread.add(t.entry, none.scheme)
			j.mu.Unlock()
			continue
		}
		if err != nil {
			return err
		}
		j.done(t.entry, 0)
	}
	return nil
}

// counter counts what arrives.
type counter job

func (c *counter) Write(p []byte) (int, error) {
	(*job)(c).report(Progress{Received: int64(len(p))}, false)
	return len(p), nil
}

// done counts a file that is complete.
func (j *job) done(e *record.ArtifactEntry, reused int64) {
	j.report(Progress{Files: 1, Bytes: e.Size, Reused: reused}, false)
}

// report adds to the progress.
func (j *job) report(more Progress, last bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := &j.progress
	p.Files += more.Files
	p.Bytes += more.Bytes
	p.Received += more.Received
	p.Reused += more.Reused
	const step = 4 << 20
	if j.opts.Progress == nil || !last && p.Received+p.Reused-j.reported.Received-j.reported.Reused < step && p.Files-j.reported.Files < 100 {
		return
	}
	j.reported = *p
	j.opts.Progress(*p)
}
