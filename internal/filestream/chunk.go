package filestream

import "github.com/wandgo/wandgo/internal/jsonx"

// Sizes of chunks. Small enough that a request can be cut near its limit, large
// enough that a row costs no allocation.
const (
	maxChunk   = 64 << 10
	firstChunk = 4 << 10
)

// chunk holds whole lines in the form in which they travel: each a JSON string
// followed by a comma.
type chunk struct {
	buf   []byte
	lines int64
	// shared: buf is a part of a request, which the transport may still read.
	shared bool
}

// room is the space that a line may need: a line of JSON grows by a fifth when
// quoted, a line full of control characters grows more and makes the chunk grow.
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
	c.buf = append(q.AppendLaidOut(c.buf, line, layout), ',')
	c.lines++
	return len(c.buf) - before
}

// newChunk returns an empty chunk. One that follows others will be filled as
// well and need not grow to its size.
func (s *Stream) newChunk(follows bool) *chunk {
	if c, ok := s.pool.Get().(*chunk); ok {
		return c
	}
	if follows {
		return &chunk{buf: make([]byte, 0, s.chunkSize)}
	}
	return &chunk{}
}

// recycle takes back a chunk that is no longer needed. Chunks that one huge line
// stretched are left to the collector.
func (s *Stream) recycle(c *chunk) {
	if cap(c.buf) <= maxChunk && !c.shared {
		c.buf, c.lines = c.buf[:0], 0
		s.pool.Put(c)
	}
}
