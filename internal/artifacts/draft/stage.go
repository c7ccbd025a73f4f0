package draft

import (
	"context"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// step is how much is copied at a time. A smaller file is read into memory.
const step = 1 << 20

// stager copies files to a directory.
type stager struct {
	cfg Config
	alg manifest.Algorithm
	dir sync.Once
	err error // of making the directory
}

// worker stages one file at a time, with memory of its own.
type worker struct {
	*stager
	buf   []byte
	hash  hash.Hash
	known bool // the file's digest is known, so that it is not hashed
}

// stage hashes a source, and copies it unless it stays as it is.
func (w *worker) stage(ctx context.Context, n int, src *source) (record.ArtifactEntry, error) {
	var e record.ArtifactEntry
	if w.hash == nil {
		h, err := w.alg.New()
		if err != nil {
			return e, err
		}
		w.hash, w.buf = h, make([]byte, step)
	}
	r, size, err := src.open()
	if err != nil {
		return e, err
	}
	defer r.Close()
	var file *os.File
	if w.cfg.Digests.covers(size) {
		file, _ = r.(*os.File)
	}
	before := w.cfg.Digests.state(file, w.alg)
	e.Digest = w.cfg.Digests.digest(before)
	w.known = e.Digest != ""
	w.hash.Reset()
	switch {
	case w.cfg.Immutable && src.file != "" && !src.own:
		if e.LocalPath, e.Size = src.file, before.size; !w.known {
			e.Size, err = w.sum(ctx, r)
		}
	default:
		e.LocalPath = filepath.Join(w.cfg.Dir, strconv.Itoa(n))
		e.Size, err = w.copy(ctx, e.LocalPath, src, r, size)
	}
	same := w.cfg.Digests.state(file, w.alg) == before
	if err == nil && w.known && !same { // it changed meanwhile
		w.known = false
		e.Size, err = w.again(ctx, e.LocalPath)
	}
	if err != nil {
		return e, err
	}
	if !w.known {
		e.Digest = manifest.Digest(w.hash.Sum(nil))
		if same {
			w.cfg.Digests.remember(before, e.Digest)
		}
	}
	if w.alg != manifest.MD5 {
		e.Extra = []record.ArtifactItem{manifest.Text("alg", string(w.alg))}
	}
	return e, nil
}

// again hashes a file.
func (w *worker) again(ctx context.Context, path string) (int64, error) {
	f, err := smallfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return w.sum(ctx, f)
}

// sum hashes what r has.
func (w *worker) sum(ctx context.Context, r io.Reader) (size int64, err error) {
	to := io.Writer(w.hash)
	if w.known {
		to = struct{ io.Writer }{io.Discard} // which would read with a buffer of its own
	}
	return io.CopyBuffer(to, manifest.Stoppable(ctx, r), w.buf)
}

// copy makes the copy of a source and hashes it. What is hashed is the copy, or the
// bytes that are written to it, so that a file that changes meanwhile does no harm.
func (w *worker) copy(ctx context.Context, to string, src *source, r io.Reader, size int64) (int64, error) {
	if w.dir.Do(func() { w.err = os.MkdirAll(w.cfg.Dir, 0o755) }); w.err != nil { //nolint:gosec // like the run's directory
		return 0, w.err
	}
	if err := w.take(size); err != nil {
		return 0, err
	}
	if src.own && os.Link(src.file, to) == nil {
		return w.sum(ctx, r)
	}
	f, err := os.OpenFile(to, smallfile.CreateFlags, 0o644) //nolint:gosec // as above
	if err != nil {
		return 0, err
	}
	var done int64
	if size >= int64(len(w.buf)) {
		done, err = w.copyLarge(ctx, f, r)
	} else {
		done, err = w.sum(ctx, io.TeeReader(r, f))
	}
	if err == nil && done > size { // it grew meanwhile
		err = w.take(done - size)
	}
	return done, errors.Join(err, f.Close())
}

func (w *worker) take(n int64) error {
	if w.cfg.Take == nil {
		return nil
	}
	return w.cfg.Take(n)
}

// copyLarge copies in the kernel where it can, which shares the blocks on file systems
// that are able to, and hashes the copy while the rest is copied.
func (w *worker) copyLarge(ctx context.Context, f *os.File, r io.Reader) (int64, error) {
	const window = 32 << 20
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	copied := make(chan int64, 1)
	var copier sync.WaitGroup
	defer copier.Wait()
	copier.Go(func() {
		defer close(copied)
		for {
			n, err := io.CopyN(f, r, window)
			if err != nil && !errors.Is(err, io.EOF) {
				cancel(err)
				return
			}
			select {
			case copied <- n:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	})
	var size int64
	for n := range copied {
		if w.known {
			size += n
			continue
		}
		hashed, err := w.sum(ctx, io.NewSectionReader(f, size, n))
		if err == nil && hashed != n {
			err = io.ErrUnexpectedEOF // someone cut the copy
		}
		if err != nil {
			cancel(err)
			return size, err
		}
		size += n
	}
	return size, context.Cause(ctx)
}
