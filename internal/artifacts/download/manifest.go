package download

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the format's digest
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// maxKept is the size of the largest manifest that stays in memory, in bytes. A larger one is
// in a temporary file while it is used, so that a million entries take no memory.
const maxKept = 4 << 20

// manifestFile is the text of a manifest: in memory, or in a file that is gone after close.
type manifestFile struct {
	text []byte
	file *smallfile.Temporary
	size int64
}

func (m *manifestFile) reader() io.Reader {
	if m.file != nil {
		return io.NewSectionReader(m.file, 0, m.size)
	}
	return bytes.NewReader(m.text)
}

func (m *manifestFile) close() {
	if m.file != nil {
		_ = m.file.Close()
		m.file = nil
	}
}

// entries calls yield for each entry whose name starts with prefix.
func (m *manifestFile) entries(prefix string, yield func(*record.ArtifactEntry) error) error {
	_, err := manifest.Parse(m.reader(), func(e *record.ArtifactEntry) error {
		if !strings.HasPrefix(e.Path, prefix) {
			return nil
		}
		return yield(e)
	})
	if err != nil && errors.Is(err, manifest.ErrManifest) {
		err = fmt.Errorf("read the artifact's manifest: %w", err)
	}
	return err
}

// concurrently calls do with the same entries as entries, on n goroutines, each of which has a
// buffer of its own. The first error ends it.
func (m *manifestFile) concurrently(ctx context.Context, prefix string, n int, do func(context.Context, *record.ArtifactEntry, []byte) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	entries := make(chan *record.ArtifactEntry, 256)
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			buf := make([]byte, bufSize)
			for e := range entries {
				if ctx.Err() != nil {
					return
				}
				if err := do(ctx, e, buf); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	if err := m.entries(prefix, func(e *record.ArtifactEntry) error { return send(ctx, entries, e) }); err != nil {
		cancel(err)
	}
	close(entries)
	workers.Wait()
	return context.Cause(ctx)
}

// withManifest calls use with the manifest, which is fetched if it is not in memory.
func (v *Version) withManifest(ctx context.Context, use func(*manifestFile) error) error {
	v.mu.Lock()
	m := v.manifest
	v.mu.Unlock()
	if m == nil {
		if v.conn == nil {
			return errNone
		}
		var err error
		if m, err = v.fetchManifest(ctx); err != nil {
			return err
		}
		if m.file == nil {
			v.mu.Lock()
			v.manifest = m
			v.mu.Unlock()
		}
		defer m.close()
	}
	return use(m)
}

// errNone means that a version was not made by a client.
var errNone = errors.New("the artifact's version was not returned by a client")

// manifestName stands for the manifest in errors.
const manifestName = "wandb_manifest.json"

// fetchManifest fetches the manifest and verifies it, a second time if it is damaged. An address
// that has expired is asked for again.
func (v *Version) fetchManifest(ctx context.Context) (*manifestFile, error) {
	m := &manifestFile{}
	damaged, expired := false, 0
	for {
		at, err := v.fetchManifestOnce(ctx, m)
		if err == nil {
			return m, nil
		}
		m.close()
		switch wrong, ok := errors.AsType[*mismatch](err); {
		case ok && !damaged:
			damaged = true
		case ok:
			return nil, wrong.public(manifestName, at.Host())
		case expired < renewals && at.Stale(answerOf(err)):
			expired++
		default:
			return nil, err
		}
	}
}

func (v *Version) fetchManifestOnce(ctx context.Context, m *manifestFile) (at objectstore.Address, err error) {
	resp, err := graphql.ArtifactManifestFile(ctx, v.conn.GraphQL, v.Info().ID)
	switch {
	case err != nil:
		return at, err
	case resp.Artifact == nil || resp.Artifact.CurrentManifest == nil || resp.Artifact.CurrentManifest.File.DirectUrl == "":
		return at, v.noAddress(ctx, manifestName)
	}
	current := resp.Artifact.CurrentManifest
	at.URL = current.File.DirectUrl
	h := md5.New() //nolint:gosec // as above
	err = get(ctx, v.conn, manifestName, at, span{}, func(body io.Reader) error { return m.receive(body, h) })
	if err == nil {
		err = v.verifyManifest(m, current, manifest.Digest(h.Sum(nil)))
	}
	return at, err
}

// receive stores the text, in memory if it is small.
func (m *manifestFile) receive(body io.Reader, h hash.Hash) error {
	m.close()
	*m = manifestFile{}
	h.Reset()
	n, err := copyBody(io.MultiWriter(h, (*spill)(m)), body, make([]byte, 64<<10), manifest.MaxBytes)
	if n > manifest.MaxBytes {
		err = manifest.ErrTooLarge
	}
	m.size = n
	return err
}

// spill writes to memory, and to a file once it is too much.
type spill manifestFile

func (s *spill) Write(p []byte) (int, error) {
	if s.file == nil && len(s.text)+len(p) > maxKept {
		f, err := smallfile.NewTemporary("", "wandgo-manifest-")
		if err != nil {
			return 0, err
		}
		s.file = f
		if _, err := f.Write(s.text); err != nil {
			return 0, err
		}
		s.text = nil
	}
	if s.file != nil {
		return s.file.Write(p)
	}
	s.text = append(s.text, p...)
	return len(p), nil
}

// verifyManifest compares the manifest with the digest of its text, and of its entries. A
// server that merges manifests may change one of them, and if it did both, the manifest is
// accepted unless its client had uploaded all of it.
func (v *Version) verifyManifest(m *manifestFile, current *graphql.CurrentManifest, got string) error {
	if got == current.Digest {
		return nil
	}
	ok, err := contentIs(m, v.Info().Digest)
	switch {
	case ok:
		return nil
	case current.Type != graphql.ArtifactManifestTypeFull:
		return err
	}
	return &mismatch{want: current.Digest, got: got, size: m.size, came: m.size}
}

// contentIs reports whether the entries have an artifact's digest. If they are not in order,
// it is not known, and reported as false.
func contentIs(m *manifestFile, want string) (bool, error) {
	for _, alg := range []manifest.Algorithm{manifest.MD5, manifest.XXH128} {
		h, err := manifest.NewContentHash(alg)
		if err != nil {
			continue // that one cannot be computed here
		}
		last := ""
		err = m.entries("", func(e *record.ArtifactEntry) error {
			if last > e.Path {
				return errUnordered
			}
			last = e.Path
			h.Add(e)
			return nil
		})
		switch {
		case errors.Is(err, errUnordered):
			return false, nil
		case err != nil:
			return false, err
		case h.Digest() == want:
			return true, nil
		}
	}
	return false, nil
}

var errUnordered = errors.New("the entries are not in the order of their paths")
