package journal

// next returns the next whole record and where it begins. The payload is valid
// until the next call.
func (r *Reader) next() (payload []byte, offset int64, ok bool) {
	parts := false // whole has the first parts of a record
	var begin int64
	for {
		data, typ, at, more := r.chunk()
		if !more {
			if parts {
				r.skip(begin, r.end()-begin, ReasonTorn)
			}
			return nil, 0, false
		}
		if parts && typ != chunkMiddle && typ != chunkLast {
			r.skip(begin, at-begin, ReasonPieces)
			parts = false
		}
		switch typ {
		case chunkFull:
			return data, at, true
		case chunkFirst:
			parts, begin = true, at
			r.whole = append(r.whole[:0], data...)
		case chunkMiddle, chunkLast:
			if !parts {
				r.skip(at, int64(chunkHeaderSize+len(data)), ReasonPieces)
				continue
			}
			if len(r.whole)+len(data) > MaxRecordBytes {
				r.skip(begin, r.here()-begin, ReasonSize)
				r.whole, parts = nil, false
				continue
			}
			r.whole = append(r.whole, data...)
			if typ == chunkLast {
				return r.whole, begin, true
			}
		}
	}
}

// here is the place in the file up to which it was taken.
func (r *Reader) here() int64 { return r.start + int64(r.pos) }

// end is the length of the file as far as it was read.
func (r *Reader) end() int64 { return r.start + int64(len(r.block)) }

// chunkDamage is a type of its own for a place where the chunks do not go on, so
// that a record does not grow over it.
const chunkDamage = 0

// chunk returns the next undamaged chunk, or chunkDamage after it left something
// out.
func (r *Reader) chunk() (data []byte, typ byte, at int64, ok bool) {
	for {
		rest := r.block[r.pos:]
		if len(rest) < chunkHeaderSize {
			// In a full block so little is padding, in a short one it may be the
			// beginning of a chunk.
			if len(rest) > 0 && r.pos <= blockSize-chunkHeaderSize {
				r.skip(r.start+int64(r.pos), int64(len(rest)), ReasonTorn)
				r.pos = len(r.block)
			}
			if !r.fill() {
				return nil, 0, 0, false
			}
			continue
		}
		at = r.start + int64(r.pos)
		c := chunkAt(rest)
		if c.valid(rest) {
			r.pos += chunkHeaderSize + c.size
			return rest[chunkHeaderSize : chunkHeaderSize+c.size], c.typ, at, true
		}
		n, reason := r.damage(rest, c)
		r.skip(at, int64(n), reason)
		r.pos += n
		return nil, chunkDamage, at, true
	}
}

// damage says how much to leave out of rest, which begins with a damaged chunk.
// Its length may be what is damaged, so it is believed only if an undamaged
// chunk, or the end of the block, follows. Otherwise the rest of the block goes:
// the next block begins with a chunk.
func (r *Reader) damage(rest []byte, c chunk) (n int, reason string) {
	size := chunkHeaderSize + c.size
	switch {
	case c == chunk{}:
		return len(rest), ReasonZeros
	case size > len(rest) && r.last && len(r.block) < blockSize:
		return len(rest), ReasonTorn
	case size > len(rest):
		return len(rest), ReasonLength
	}
	reason = ReasonChecksum
	if c.typ > chunkLast || c.typ < chunkFull {
		reason = ReasonType
	}
	after := rest[size:]
	if len(after) >= chunkHeaderSize && !chunkAt(after).valid(after) {
		return len(rest), reason
	}
	return size, reason
}
