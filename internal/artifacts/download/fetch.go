package download

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"strconv"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// fetcher fetches one file at a time, with memory of its own.
type fetcher struct {
	*job
	buf []byte
}

// bufSize is the memory of a transfer, in bytes.
const bufSize = 128 << 10

// file downloads one file.
func (f *fetcher) file(ctx context.Context, t task) error {
	if t.entry.Ref != "" {
		return f.reference(ctx, t)
	}
	file, temp, err := f.content(ctx, t.entry, t.at)
	if err != nil {
		return err
	}
	f.keep(t.entry, file)
	if f.inParts(t.entry.Size) {
		forgetParts(f.target, temp)
	}
	if err := file.Close(); err != nil { // such as that of a quota
		f.target.remove(temp)
		return err
	}
	return f.target.place(temp, t.name)
}

// content fetches the content of an entry and verifies it, a second time if it is wrong. It
// returns the file, which has no name yet and is open.
func (f *fetcher) content(ctx context.Context, e *record.ArtifactEntry, at *address) (file *os.File, temp string, err error) {
	h, err := manifest.AlgorithmOf(e).New()
	if err != nil {
		return nil, "", err
	}
	if file, temp, err = f.create(e); err != nil {
		return nil, "", err
	}
	var used objectstore.Address
	for try := 0; ; try++ {
		err = at.use(ctx, func(to objectstore.Address) error {
			used = to
			return f.into(ctx, e, at, to, file, temp, h)
		})
		wrong, ok := errors.AsType[*mismatch](err)
		if !ok {
			break
		}
		forgetParts(f.target, temp)
		if try == 1 {
			err = wrong.public(e.Path, used.Host())
			f.target.remove(temp)
			break
		}
		at.drop(used)
	}
	if err != nil {
		return nil, "", errors.Join(err, file.Close())
	}
	return file, temp, nil
}

// keep adds the content that was just fetched to the cache. That of a small file is still in memory.
func (f *fetcher) keep(e *record.ArtifactEntry, file *os.File) {
	var content io.Reader = bytes.NewReader(f.buf[:min(e.Size, bufSize)])
	if e.Size >= bufSize {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return
		}
		content = file
	}
	_ = f.cache.Put(keyOf(e), content) // a full cache is no reason to fail
}

// create makes the file, or finds one that can be continued.
func (f *fetcher) create(e *record.ArtifactEntry) (*os.File, string, error) {
	if !f.inParts(e.Size) {
		return f.target.create()
	}
	sum, err := manifest.ParseDigest(e.Digest)
	if err != nil {
		return nil, "", err
	}
	temp := f.target.partial.name(keepPrefix + hex.EncodeToString(sum) + "-" + strconv.FormatInt(e.Size, 10))
	if !f.target.partial.claim(temp) {
		return f.target.create() // another file has the same content
	}
	file, err := f.target.root.OpenFile(temp, os.O_RDWR|os.O_CREATE, 0o666)
	return file, temp, err
}

// into writes the content to the file.
func (f *fetcher) into(ctx context.Context, e *record.ArtifactEntry, at *address, to objectstore.Address, file *os.File, temp string, h hash.Hash) error {
	if f.inParts(e.Size) {
		err := f.ranges(ctx, e, at, file, temp, h)
		if !errors.Is(err, errNoRanges) {
			return err
		}
		forgetParts(f.target, temp)
	}
	var n int64
	err := get(ctx, f.v.conn, e.Path, to, span{}, func(body io.Reader) (err error) {
		h.Reset()
		n, err = copyBody(io.MultiWriter(h, io.NewOffsetWriter(file, 0), (*counter)(f.job)), full{body}, f.buf, e.Size)
		return err
	})
	if err == nil {
		err = check(e, n, h)
	}
	if err == nil && f.inParts(e.Size) {
		err = file.Truncate(n) // the file was found there, and may be longer
	}
	return err
}
