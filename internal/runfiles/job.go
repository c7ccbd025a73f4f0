package runfiles

import (
	"bytes"
	"crypto/sha256"
	stderrors "errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"

	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/internal/gqlclient"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/transport"
)

// job is the upload of one file's content.
type job struct {
	u      *Uploader
	file   *file
	src    source
	target objectstore.Address
	has    *digest // of the content in the store

	mu   sync.Mutex
	size int64 // of the content when it was opened last
	sent int64 // by the current attempt
	// attempt is the number of the current attempt. net/http may still read from
	// earlier ones for a short time.
	attempt int
	whole   *digest // of the current attempt, when all of it was read
}

// digest identifies a content within this process.
type digest struct {
	size int64
	sum  [sha256.Size]byte
}

// operation is the name of an upload in errors and logs.
const operation = "upload"

func (j *job) run() {
	u := j.u
	u.mu.Lock()
	u.sending[j.file] = j
	u.mu.Unlock()
	same, err := j.unchanged()
	if err == nil && !same {
		err = j.put()
		if j.target.Stale(err) {
			err = j.putAgain()
		}
	}
	switch {
	case err == nil && same:
		u.cfg.Logger.Debug("file is already uploaded", "name", j.file.name)
		u.finished(j.file, nil, nil)
	case err == nil:
		j.uploaded()
	case stderrors.Is(err, fs.ErrNotExist), stderrors.Is(err, ErrNotRegular):
		u.skipContent(j.file, err)
	default:
		u.fail(j.file, err)
	}
}

func (j *job) uploaded() {
	u := j.u
	j.mu.Lock()
	whole, size := j.whole, j.size
	j.mu.Unlock()
	u.mu.Lock()
	j.file.has = whole
	u.mu.Unlock()
	u.cfg.Logger.Debug("uploaded a file", slog.String("name", j.file.name), slog.Int64("bytes", size))
	if u.cfg.Uploaded != nil {
		u.cfg.Uploaded(j.file.name)
	}
	// Last, so that the name is reported before Finish returns.
	u.finished(j.file, nil, nil)
}

// unchanged reports whether the store already has this content.
func (j *job) unchanged() (bool, error) {
	if j.has == nil || j.has.size != j.size {
		return false, nil
	}
	body, size, err := j.src.open()
	if err != nil {
		return false, err
	}
	defer func() { _ = body.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, &stoppable{r: io.LimitReader(body, size), u: j.u})
	if err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	return n == j.has.size && bytes.Equal(h.Sum(nil), j.has.sum[:]), nil
}

// stoppable stops a long read when the uploader is closed.
type stoppable struct {
	r io.Reader
	u *Uploader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.u.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// put sends the content to the target, with retries.
func (j *job) put() error {
	policy := *j.u.cfg.Policy
	policy.Accepts = objectstore.Accepts
	resp, err := j.u.cfg.Transport.Do(j.u.ctx, &transport.Request{
		Method:        http.MethodPut,
		Path:          j.target.URL,
		Open:          j.open,
		NoCredentials: true,
		Header:        j.target.Header,
		Operation:     operation,
		Policy:        policy,
	})
	return objectstore.ErrorOf(j.file.name, j.target.Host(), j.u.cfg.Transport.BaseURL(), gqlclient.ErrorOf(operation, resp, err))
}

// putAgain calls put with a new address.
func (j *job) putAgain() error {
	targets, err := j.u.ask(j.u.ctx, []string{j.file.name})
	if err != nil {
		if e, ok := stderrors.AsType[*graphql.Error](err); ok && refused(e) {
			j.u.refuse(e)
		}
		return err
	}
	j.target = targets[0]
	return j.put()
}

// open starts an attempt.
func (j *job) open() (io.ReadCloser, int64, error) {
	body, size, err := j.src.open()
	if err != nil {
		return nil, 0, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.attempt++
	j.size, j.sent, j.whole = size, 0, nil
	r := &attemptReader{ReadCloser: body, j: j, attempt: j.attempt, left: size, hash: sha256.New()}
	if size == 0 {
		r.done()
	}
	return r, size, nil
}

// attemptReader counts and hashes the bytes sent.
type attemptReader struct {
	io.ReadCloser
	j       *job
	attempt int
	left    int64
	hash    hash.Hash
}

func (r *attemptReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p[:min(int64(len(p)), max(r.left, 1))])
	counted := min(int64(n), r.left)
	r.hash.Write(p[:counted])
	r.left -= counted
	r.j.mu.Lock()
	if r.attempt == r.j.attempt {
		r.j.sent += counted
		if r.left == 0 {
			r.done()
		}
	}
	r.j.mu.Unlock()
	return n, err
}

// done records the digest. The job's lock is held.
func (r *attemptReader) done() {
	if r.j.whole == nil {
		d := &digest{size: r.j.size}
		r.hash.Sum(d.sum[:0])
		r.j.whole = d
	}
}

// bytes returns the number of bytes sent and their total.
func (j *job) bytes() (sent, size int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.sent, j.size
}
