package download

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/diagnose"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// Open streams a file. Reading it ends with an error that matches errors.ErrDigestMismatch
// in place of io.EOF if the content was wrong. It must be closed.
func (v *Version) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	e, err := v.Entry(ctx, name)
	if err != nil {
		return nil, err
	}
	return v.openEntry(ctx, e)
}

func (v *Version) openEntry(ctx context.Context, e *record.ArtifactEntry) (io.ReadCloser, error) {
	if e.Ref == "" {
		if f, err := v.conn.Cache.Open(ctx, keyOf(e)); err == nil {
			return f, nil
		}
	}
	h, err := manifest.AlgorithmOf(e).New()
	if err != nil {
		return nil, err
	}
	at := &address{v: v, entry: e}
	if e.Ref == "" {
		if _, err := at.get(ctx); err != nil { // a refusal is an error of Open
			return nil, v.explain(ctx, diagnose.OpDownloadArtifact, err)
		}
	}
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(ctx)
	s := &stream{PipeReader: r, cancel: cancel}
	s.worker.Go(func() {
		to := &sink{w: w, h: h}
		var err error
		if e.Ref == "" {
			err = v.stream(ctx, e, at, to)
		} else {
			err = v.reference(ctx, e, to, nil, 0)
		}
		_ = w.CloseWithError(v.explain(ctx, diagnose.OpDownloadArtifact, err)) // nil is io.EOF
	})
	return s, nil
}

// stream is a file that is being read. Close ends the goroutine that fetches it.
type stream struct {
	*io.PipeReader
	cancel context.CancelFunc
	worker sync.WaitGroup
}

// Close gives up what was not read.
func (s *stream) Close() error {
	s.cancel()
	err := s.PipeReader.Close()
	s.worker.Wait()
	return err
}

// stream writes the content of an entry to a sink, and verifies it.
func (v *Version) stream(ctx context.Context, e *record.ArtifactEntry, at *address, to *sink) error {
	release, err := to.slot(ctx, v.conn.Slots)
	if err != nil {
		return err
	}
	defer release()
	buf := make([]byte, bufSize)
	store, long := "", false
	err = at.use(ctx, func(where objectstore.Address) error {
		store = where.Host()
		return request(ctx, v.conn, e.Path, where, span{}, func(body io.Reader) error {
			if err := to.again(); err != nil {
				return err
			}
			n, err := copyBody(to, body, buf, e.Size)
			long = n > e.Size
			return err
		})
	})
	if err != nil {
		return err
	}
	n := to.size
	if long {
		n++
	}
	err = at.ownFailed(ctx, check(e, n, to.h))
	if wrong := (*mismatch)(nil); errors.As(err, &wrong) {
		return wrong.public(e.Path, store)
	}
	return err
}
