// Package xxh128 is the hash XXH3 with 128 bits and without a seed, in the canonical byte
// order. It is several times faster than MD5 and no protection against intent. It is written
// here because the module that has it would be the ninth (docs/adr/0012-limits.md).
package xxh128
