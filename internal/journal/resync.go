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
func (r *Reader) end() int64 { return r.start + int64(len(r.window)) }

// chunkDamage is a separate type for an offset at which the chunks do not continue, so that a
// record does not grow over it.
const chunkDamage = 0

// chunk returns the next undamaged chunk, or chunkDamage after it left something
// out.
func (r *Reader) chunk() (data []byte, typ byte, at int64, ok bool) {
	for {
		r.fill()
		rest := r.window[r.pos:]
		if len(rest) == 0 {
			return nil, 0, 0, false
		}
		if n := r.padding(rest); n > 0 {
			r.pos += n
			continue
		}
		at = r.here()
		if len(rest) >= chunkHeaderSize {
			if c := chunkAt(rest); c.valid(rest) {
				r.moved = r.moved || chunkHeaderSize+c.size > r.blockLeft()
				r.pos += chunkHeaderSize + c.size
				return rest[chunkHeaderSize : chunkHeaderSize+c.size], c.typ, at, true
			}
		}
		r.resync(rest)
		return nil, chunkDamage, at, true
	}
}

// blockLeft is how much is left of the block at hand.
func (r *Reader) blockLeft() int { return blockSize - int(r.here()%blockSize) }

// padding is the number of zeros at the end of a block, which has no room for a
// chunk there.
func (r *Reader) padding(rest []byte) int {
	if rest[0] != 0 {
		return 0
	}
	left := r.blockLeft()
	if r.moved { // the end of a block may be anywhere
		left = 1
		for left < chunkHeaderSize && len(rest) >= left+chunkHeaderSize && !chunkAt(rest[left:]).valid(rest[left:]) {
			left++
		}
	}
	left = min(left, len(rest))
	if left >= chunkHeaderSize {
		return 0
	}
	for _, b := range rest[:left] {
		if b != 0 {
			return 0
		}
	}
	return left
}

// searchBudget bounds the bytes that one search computes checksums of. Data that looks like the
// starts of chunks would cost a multiple of its size.
const searchBudget = 32 << 20

// resync skips what is damaged at the start of rest: all up to the next chunk
// whose checksum is right, wherever it is. Neither the length in a damaged header nor
// the place of blocks is believed, as either may be what is damaged.
func (r *Reader) resync(rest []byte) {
	at, reason := r.here(), damageOf(rest)
	var length int64
	for {
		n, found := r.search(rest)
		length += int64(n)
		r.pos += n
		if found {
			break
		}
		if r.fill(); r.pos == len(r.window) {
			if reason == ReasonLength {
				reason = ReasonTorn
			}
			break
		}
		rest = r.window[r.pos:]
	}
	r.skip(at, length, reason)
}

// search returns how far it is to the next undamaged chunk after the start of rest, or
// how much of rest has none.
func (r *Reader) search(rest []byte) (n int, found bool) {
	end := len(rest) - blockSize // a chunk beyond may not be at hand as a whole
	if r.last {
		end = len(rest) - chunkHeaderSize
	}
	budget := searchBudget
	for n = 1; n <= end; n++ {
		if typ := rest[n+6]; typ < chunkFull || typ > chunkLast {
			continue
		}
		c := chunkAt(rest[n:])
		if budget -= c.size; budget < 0 {
			break
		}
		if c.valid(rest[n:]) {
			return n, true
		}
	}
	if r.last {
		return len(rest), false
	}
	return max(end, 1), false
}

// damageOf says what is wrong at the start of rest.
func damageOf(rest []byte) string {
	if len(rest) < chunkHeaderSize {
		return ReasonTorn
	}
	switch c := chunkAt(rest); {
	case c == chunk{}:
		return ReasonZeros
	case c.typ > chunkLast || c.typ < chunkFull:
		return ReasonType
	case chunkHeaderSize+c.size > min(len(rest), blockSize):
		return ReasonLength
	default:
		return ReasonChecksum
	}
}
