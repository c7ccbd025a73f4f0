package journal

import (
	"bytes"
	"slices"

	"github.com/wandgo/wandgo/internal/record/wire"
)

// torn returns the start of a record of which written, the bytes at off, has no end; nil if it
// ends with a whole record. head is the start of the record that continues in written. It spares
// those who continue the log elsewhere to read a file that may not be readable.
func torn(head, written []byte, off int64) []byte {
	if len(head) > 0 {
		written, off = append(head, written...), off-int64(len(head))
	}
	begin := 0 // of the record at hand
	for at := nextChunk(off, 0); at+chunkHeaderSize <= len(written); at = nextChunk(off, at) {
		c := chunkAt(written[at:])
		if at += chunkHeaderSize + c.size; at > len(written) {
			break
		}
		if c.typ == chunkFull || c.typ == chunkLast {
			begin = at
		}
	}
	if begin == len(written) {
		return nil
	}
	return bytes.Clone(written[begin:])
}

// nextChunk is where a chunk begins at or after at, in bytes whose first belongs at off in
// the file: behind the file's header, and not where a block has no room for one.
func nextChunk(off int64, at int) int {
	pos := off + int64(at)
	if pos < fileHeaderSize {
		return at + int(fileHeaderSize-pos)
	}
	if left := blockSize - int(pos%blockSize); left < chunkHeaderSize {
		return at + left
	}
	return at
}

// Rest calls add with each entry that was accepted and is not in the file, after Close.
// An entry is valid during the call only.
func (w *Writer) Rest(add func(*wire.Entry) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var dec wire.Decoder
	var entry wire.Entry
	var whole []byte
	data, off := slices.Concat(w.head, w.writing, w.buf), w.off-int64(len(w.head))
	for at := nextChunk(off, 0); at+chunkHeaderSize <= len(data); at = nextChunk(off, at) {
		c := chunkAt(data[at:])
		payload := data[at+chunkHeaderSize : at+chunkHeaderSize+c.size]
		at += chunkHeaderSize + c.size
		if c.typ == chunkFull || c.typ == chunkFirst {
			whole = whole[:0]
		}
		whole = append(whole, payload...)
		if c.typ != chunkFull && c.typ != chunkLast {
			continue
		}
		if err := dec.Decode(&entry, whole); err != nil {
			return err
		}
		if err := add(&entry); err != nil {
			return err
		}
	}
	return nil
}
