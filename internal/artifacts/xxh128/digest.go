package xxh128

import (
	"encoding/binary"
	"hash"
)

const (
	// Size is the size of a checksum in bytes.
	Size = 16

	stripe  = 64
	block   = 1024 // stripes until the secret is used up
	shorter = 240  // up to here there is another algorithm
)

// keys are the numbers of the secret at which stripes use it.
var keys = func() (k [len(secret) / 8]uint64) {
	for i := range k {
		k[i] = key64(8 * i)
	}
	return k
}()

// New returns a hash.Hash.
func New() hash.Hash {
	d := new(digest)
	d.Reset()
	return d
}

type digest struct {
	acc   [8]uint64
	total uint64
	// buf has the last stripe of what was hashed before, and then what is not hashed yet:
	// at most a block, and not nothing unless there is nothing at all.
	buf [stripe + block]byte
	n   int // of the latter
}

func (d *digest) Size() int      { return Size }
func (d *digest) BlockSize() int { return block }

func (d *digest) Reset() {
	d.acc = [8]uint64{prime32c, prime64a, prime64b, prime64c, prime64d, prime32b, prime64e, prime32a}
	d.total, d.n = 0, 0
}

// Write never fails.
func (d *digest) Write(p []byte) (int, error) {
	written := len(p)
	d.total += uint64(written)
	for len(p) > 0 {
		if d.n == block { // there is more, so this is not the last
			d.block(d.buf[stripe:])
			copy(d.buf[:stripe], d.buf[block:])
			d.n = 0
			for len(p) > block {
				d.block(p)
				copy(d.buf[:stripe], p[block-stripe:block])
				p = p[block:]
			}
		}
		n := copy(d.buf[stripe+d.n:], p)
		d.n += n
		p = p[n:]
	}
	return written, nil
}

func (d *digest) block(b []byte) {
	b = b[:block]
	for n := range block / stripe {
		accumulate(&d.acc, (*[stripe]byte)(b[n*stripe:]), (*[8]uint64)(keys[n:]))
	}
	for i := range d.acc {
		a := d.acc[i]
		d.acc[i] = (a ^ a>>47 ^ keys[16+i]) * prime32a
	}
}

func accumulate(acc *[8]uint64, b *[stripe]byte, k *[8]uint64) {
	for i := 0; i < 8; i += 2 {
		x := binary.LittleEndian.Uint64(b[8*i:])
		y := binary.LittleEndian.Uint64(b[8*i+8:])
		p, q := x^k[i], y^k[i+1]
		acc[i] += y + (p&0xffffffff)*(p>>32)
		acc[i+1] += x + (q&0xffffffff)*(q>>32)
	}
}

// Sum appends the checksum of what was written so far.
func (d *digest) Sum(b []byte) []byte {
	hi, lo := d.sum()
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, hi), lo)
}

func (d *digest) sum() (hi, lo uint64) {
	rest := d.buf[stripe : stripe+d.n]
	if d.total <= shorter {
		return short(rest)
	}
	acc := d.acc
	for n := range (d.n - 1) / stripe {
		accumulate(&acc, (*[stripe]byte)(rest[n*stripe:]), (*[8]uint64)(keys[n:]))
	}
	var last [8]uint64 // not at a multiple of eight
	for i := range last {
		last[i] = key64(121 + 8*i)
	}
	accumulate(&acc, (*[stripe]byte)(d.buf[d.n:]), &last)
	return merge(&acc, 117, ^(d.total * prime64b)), merge(&acc, 11, d.total*prime64a)
}

func merge(acc *[8]uint64, key int, h uint64) uint64 {
	for i := 0; i < 8; i += 2 {
		h += fold(acc[i]^key64(key+8*i), acc[i+1]^key64(key+8*i+8))
	}
	return avalanche(h)
}
