package xxh128

import (
	"encoding/binary"
	"math/bits"
)

// The constants and the names of the steps are those of the published algorithm.
const (
	prime32a = 0x9E3779B1
	prime32b = 0x85EBCA77
	prime32c = 0xC2B2AE3D
	prime64a = 0x9E3779B185EBCA87
	prime64b = 0xC2B2AE3D27D4EB4F
	prime64c = 0x165667B19E3779F9
	prime64d = 0x85EBCA77C2B2AE63
	prime64e = 0x27D4EB2F165667C5
	primeMX1 = 0x165667919E3779F9
	primeMX2 = 0x9FB21C651E98DF25
)

const secret = "\xb8\xfe\x6c\x39\x23\xa4\x4b\xbe\x7c\x01\x81\x2c\xf7\x21\xad\x1c\xde\xd4\x6d\xe9\x83\x90\x97\xdb\x72\x40\xa4\xa4\xb7\xb3\x67\x1f" +
	"\xcb\x79\xe6\x4e\xcc\xc0\xe5\x78\x82\x5a\xd0\x7d\xcc\xff\x72\x21\xb8\x08\x46\x74\xf7\x43\x24\x8e\xe0\x35\x90\xe6\x81\x3a\x26\x4c" +
	"\x3c\x28\x52\xbb\x91\xc3\x00\xcb\x88\xd0\x65\x8b\x1b\x53\x2e\xa3\x71\x64\x48\x97\xa2\x0d\xf9\x4e\x38\x19\xef\x46\xa9\xde\xac\xd8\xa8" +
	"\xfa\x76\x3f\xe3\x9c\x34\x3f\xf9\xdc\xbb\xc7\xc7\x0b\x4f\x1d\x8a\x51\xe0\x4b\xcd\xb4\x59\x31\xc8\x9f\x7e\xc9\xd9\x78\x73\x64\xea" +
	"\xc5\xac\x83\x34\xd3\xeb\xc3\xc5\x81\xa0\xff\xfa\x13\x63\xeb\x17\x0d\xdd\x51\xb7\xf0\xda\x49\xd3\x16\x55\x26\x29\xd4\x68\x9e\x2b" +
	"\x16\xbe\x58\x7d\x47\xa1\xfc\x8f\xf8\xb8\xd1\x7a\xd0\x31\xce\x45\xcb\x3a\x8f\x95\x16\x04\x28\xaf\xd7\xfb\xca\xbb\x4b\x40\x7e"

// key64 and key32 are little-endian numbers of the secret.
func key64(i int) uint64 {
	var n uint64
	for j := range 8 {
		n |= uint64(secret[i+j]) << (8 * j)
	}
	return n
}

func key32(i int) uint64 { return key64(i) & 0xffffffff }

func u64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
func u32(b []byte, i int) uint64 { return uint64(binary.LittleEndian.Uint32(b[i:])) }

func avalanche(h uint64) uint64 {
	h ^= h >> 37
	h *= primeMX1
	return h ^ h>>32
}

func avalanche64(h uint64) uint64 {
	h ^= h >> 33
	h *= prime64b
	h ^= h >> 29
	h *= prime64c
	return h ^ h>>32
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// short hashes at most 240 bytes.
func short(b []byte) (hi, lo uint64) {
	n := uint64(len(b))
	switch {
	case n == 0:
		return avalanche64(key64(80) ^ key64(88)), avalanche64(key64(64) ^ key64(72))
	case n < 4:
		low := uint32(b[0])<<16 | uint32(b[n>>1])<<24 | uint32(b[n-1]) | uint32(n)<<8
		high := bits.RotateLeft32(bits.ReverseBytes32(low), 13)
		return avalanche64(uint64(high) ^ key32(8) ^ key32(12)), avalanche64(uint64(low) ^ key32(0) ^ key32(4))
	case n <= 8:
		in := u32(b, 0) + u32(b, len(b)-4)<<32
		hi, lo = bits.Mul64(in^key64(16)^key64(24), prime64a+n<<2)
		hi += lo << 1
		lo ^= hi >> 3
		lo ^= lo >> 35
		lo *= primeMX2
		lo ^= lo >> 28
		return avalanche(hi), lo
	case n <= 16:
		first, last := u64(b, 0), u64(b, len(b)-8)
		hi, lo = bits.Mul64(first^last^key64(32)^key64(40), prime64a)
		lo += (n - 1) << 54
		last ^= key64(48) ^ key64(56)
		hi += last + (last&0xffffffff)*(prime32b-1)
		lo ^= bits.ReverseBytes64(hi)
		high, low := bits.Mul64(lo, prime64b)
		return avalanche(high + hi*prime64b), avalanche(low)
	}
	m := mixed{lo: n * prime64a}
	if n <= 128 {
		for i := int(n-1) / 32; i >= 0; i-- {
			m.mix(b, 16*i, len(b)-16*(i+1), 32*i)
		}
	} else {
		for i := 0; i < 128; i += 32 {
			m.mix(b, i, i+16, i)
		}
		m.lo, m.hi = avalanche(m.lo), avalanche(m.hi)
		for i := 160; i <= len(b); i += 32 {
			m.mix(b, i-32, i-16, 3+i-160)
		}
		m.mix(b, len(b)-16, len(b)-32, 103)
	}
	return -avalanche(m.lo*prime64a + m.hi*prime64d + n*prime64b), avalanche(m.lo + m.hi)
}

type mixed struct{ hi, lo uint64 }

// mix mixes 16 bytes at two offsets with 32 of the secret.
func (m *mixed) mix(b []byte, i, j, key int) {
	m.lo += fold(u64(b, i)^key64(key), u64(b, i+8)^key64(key+8))
	m.lo ^= u64(b, j) + u64(b, j+8)
	m.hi += fold(u64(b, j)^key64(key+16), u64(b, j+8)^key64(key+24))
	m.hi ^= u64(b, i) + u64(b, i+8)
}
