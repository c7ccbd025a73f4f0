package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// Sizes of the file's form.
const (
	blockSize       = 32 << 10
	chunkHeaderSize = 7
	fileHeaderSize  = 7
)

// fileHeader is how a file begins: ":W&B", 0xBEE1 little-endian, version 0.
const fileHeader = ":W&B\xe1\xbe\x00"

// Types of chunks.
const (
	chunkFull   = 1
	chunkFirst  = 2
	chunkMiddle = 3
	chunkLast   = 4
)

// appendChunks appends payload framed for a place pos in the file.
func appendChunks(dst []byte, pos int64, payload []byte) []byte {
	for first := true; ; first = false {
		left := blockSize - int(pos%blockSize)
		if left < chunkHeaderSize { // too little for a chunk: zeros
			var zeros [chunkHeaderSize]byte
			dst = append(dst, zeros[:left]...)
			pos += int64(left)
			left = blockSize
		}
		n := min(len(payload), left-chunkHeaderSize)
		last := n == len(payload)
		dst = appendChunk(dst, chunkType(first, last), payload[:n])
		if last {
			return dst
		}
		payload = payload[n:]
		pos += int64(chunkHeaderSize + n)
	}
}

func chunkType(first, last bool) byte {
	switch {
	case first && last:
		return chunkFull
	case first:
		return chunkFirst
	case last:
		return chunkLast
	}
	return chunkMiddle
}

func appendChunk(dst []byte, typ byte, data []byte) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(len(data)), byte(len(data)>>8), typ)
	dst = append(dst, data...)
	binary.LittleEndian.PutUint32(dst[at:], crc32.ChecksumIEEE(dst[at+6:]))
	return dst
}

// chunk is what a chunk's header says.
type chunk struct {
	crc  uint32
	size int
	typ  byte
}

// chunkAt reads the header at the start of b, which has room for one.
func chunkAt(b []byte) chunk {
	return chunk{
		crc:  binary.LittleEndian.Uint32(b),
		size: int(binary.LittleEndian.Uint16(b[4:])),
		typ:  b[6],
	}
}

// valid says whether the chunk at the start of b is whole and undamaged.
func (c chunk) valid(b []byte) bool {
	return c.typ >= chunkFull && c.typ <= chunkLast && chunkHeaderSize+c.size <= min(len(b), blockSize) &&
		crc32.ChecksumIEEE(b[6:chunkHeaderSize+c.size]) == c.crc
}
