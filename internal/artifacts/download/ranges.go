package download

import (
	"context"
	"errors"
	"hash"
	"io"
	"os"
	"sync"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/objectstore"
	"github.com/wandgo/wandgo/internal/record"
)

// A large file is fetched in parts, several at a time. A part that is complete need not be
// fetched again after the process was killed.
const (
	partSize = 32 << 20 // bytes
	maxParts = 8        // of a file at a time

	// maxCount bounds how many parts a file has: those of larger files are larger. A hostile
	// manifest may claim any size, and each part takes memory.
	maxCount = 1 << 16
)

// inParts reports whether a file is fetched in parts.
func (f *fetcher) inParts(size int64) bool { return size >= 2*f.opts.PartSize }

// lengthOfParts is the length of all parts of a file but the last, which may be shorter.
func (f *fetcher) lengthOfParts(size int64) int64 {
	return max(f.opts.PartSize, (size+maxCount-1)/maxCount)
}

// ranges fetches the parts of a file that it does not have yet, and hashes the file behind
// them.
func (f *fetcher) ranges(ctx context.Context, e *record.ArtifactEntry, at *address, file *os.File, temp string, h hash.Hash) error {
	length := f.lengthOfParts(e.Size)
	count := int((e.Size + length - 1) / length)
	notes := f.readNotes(temp, count)
	defer notes.close()
	ctx, cancel := context.WithCancelCause(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel(nil)

	done := make([]chan struct{}, count)
	todo := make(chan int, count)
	for i := range done {
		done[i] = make(chan struct{})
		if notes.has(i) {
			close(done[i])
		} else {
			todo <- i
		}
	}
	close(todo)
	for range min(maxParts, len(todo)) {
		workers.Go(func() {
			buf := make([]byte, bufSize)
			for i := range todo {
				if err := f.part(ctx, e, at, file, i, buf); err != nil {
					cancel(err)
					return
				}
				notes.add(i)
				close(done[i])
			}
		})
	}
	h.Reset()
	var n int64
	for i := range done {
		select {
		case <-done[i]:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		part := f.partOf(i, e.Size)
		hashed, err := io.CopyBuffer(h, manifest.Stoppable(ctx, io.NewSectionReader(file, part.from, part.to-part.from)), f.buf)
		if n += hashed; err != nil {
			return err
		}
	}
	if err := file.Truncate(e.Size); err != nil {
		return err
	}
	return check(e, n, h)
}

func (f *fetcher) partOf(i int, size int64) span {
	length := f.lengthOfParts(size)
	from := int64(i) * length
	return span{from, min(from+length, size)}
}

func (f *fetcher) part(ctx context.Context, e *record.ArtifactEntry, at *address, file *os.File, i int, buf []byte) error {
	part := f.partOf(i, e.Size)
	var n int64
	err := at.use(ctx, func(to objectstore.Address) error {
		return get(ctx, f.v.conn, e.Path, to, part, func(body io.Reader) (err error) {
			w := io.NewOffsetWriter(file, part.from)
			n, err = copyBody(io.MultiWriter(w, (*counter)(f.job)), body, buf, part.to-part.from)
			return err
		})
	})
	if err == nil && n != part.to-part.from {
		err = errShort
	}
	if errors.Is(err, errShort) {
		err = &mismatch{manifest.AlgorithmOf(e), e.Digest, "", e.Size, part.from + n}
	}
	return err
}

// partNotes lists the complete parts of a file, in a file beside it with a byte per part. A
// wrong list does no harm, as the whole file is hashed.
type partNotes struct {
	file *os.File // nil if there is none
	have []byte
}

const (
	notesSuffix = ".parts"
	complete    = '#'
)

func (f *fetcher) readNotes(temp string, count int) *partNotes {
	n := &partNotes{have: make([]byte, count)}
	file, err := f.target.root.OpenFile(temp+notesSuffix, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return n
	}
	n.file = file
	if read, err := file.ReadAt(n.have, 0); err == nil || errors.Is(err, io.EOF) {
		n.have = append(n.have[:read:read], make([]byte, count-read)...)
	}
	return n
}

func (n *partNotes) has(i int) bool { return n.have[i] == complete }

// add notes a part, whose content may still be on its way to the disk: the file's hash
// decides.
func (n *partNotes) add(i int) {
	if n.file != nil {
		_, _ = n.file.WriteAt([]byte{complete}, int64(i))
	}
}

func (n *partNotes) close() {
	if n.file != nil {
		_ = n.file.Close()
	}
}

// forgetParts makes the next attempt fetch all parts.
func forgetParts(t *target, temp string) { t.remove(temp + notesSuffix) }
