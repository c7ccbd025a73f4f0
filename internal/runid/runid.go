// Package runid generates random ids in the form that W&B uses.
package runid

import "crypto/rand"

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// New returns a run id: eight characters of a-z and 0-9.
func New() string { return random(8) }

// NewClient returns a client or writer id: 32 characters of a-z and 0-9.
func NewClient() string { return random(32) }

// NewArtifact returns a name for an artifact that the server does not know yet.
func NewArtifact() string { return random(128) }

func random(n int) string {
	// 252 is the largest multiple of 36 in a byte. Greater bytes are skipped, because
	// they would favour the first letters.
	const limit = 256 - 256%len(alphabet)
	out := make([]byte, 0, n)
	buf := make([]byte, 2*n)
	for {
		rand.Read(buf) // never fails since Go 1.24
		for _, b := range buf {
			if int(b) >= limit {
				continue
			}
			if out = append(out, alphabet[int(b)%len(alphabet)]); len(out) == n {
				return string(out)
			}
		}
	}
}
