package filestream

import "github.com/wandgo/wandgo/internal/jsonx"

// Sizes of chunks: small enough to cut a request near its limit, large enough that
// appending a row does not allocate.
const (
	maxChunk   = 64 << 10
	firstChunk = 4 << 10
)

// chunk holds whole lines in the form in which they are sent: each is a JSON string with a
// comma behind it. The last comma may be a bracket instead, if the chunk was in a request.
type chunk struct {
	buf   []byte
	lines int64
	// shared says that others have the memory of buf, too: the transport, which may still
	// read the request, or the other parts of a chunk that was split.
	shared bool
}

// room is the space that a line is expected to need. A line of JSON grows by a fifth when
// quoted. A line with many control characters grows more; the chunk then grows.
func room(line []byte) int { return len(line) + len(line)/2 + 24 }

// fits reports whether line can join the others in a chunk of the given size.
func (c *chunk) fits(line []byte, size int) bool {
	return len(c.buf) == 0 || len(c.buf)+room(line) <= size
}

// add appends line, quoted by q, and returns by how much the chunk grew. layout is
// that of the line, or nil.
func (c *chunk) add(q *jsonx.Quoter, line []byte, layout jsonx.Layout, size int) int {
	before := len(c.buf)
	if need := before + room(line); need > cap(c.buf) {
		grown := make([]byte, before, max(need, min(max(2*cap(c.buf), firstChunk), size)))
		copy(grown, c.buf)
		c.buf = grown
	}
	c.buf = append(q.Append(c.buf, line, layout), ',')
	c.lines++
	return len(c.buf) - before
}

// newChunk returns an empty chunk. If it follows others it will be filled, too, so it gets
// its full size at once.
func (s *Stream) newChunk(follows bool) *chunk {
	if c, ok := s.pool.Get().(*chunk); ok {
		return c
	}
	if follows {
		return &chunk{buf: make([]byte, 0, s.chunkSize)}
	}
	return &chunk{}
}

// recycle returns a chunk to the pool. Chunks that grew for one huge line are left to the
// garbage collector.
func (s *Stream) recycle(c *chunk) {
	if cap(c.buf) <= maxChunk && !c.shared {
		c.buf, c.lines = c.buf[:0], 0
		s.pool.Put(c)
	}
}
