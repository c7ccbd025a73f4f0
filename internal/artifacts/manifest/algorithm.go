package manifest

import (
	"crypto/md5" //nolint:gosec // the format's digest; it protects against accidents only
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/wandgo/wandgo/internal/artifacts/xxh128"
	"github.com/wandgo/wandgo/internal/record"
)

// Algorithm is how contents are hashed. The zero value is [MD5].
type Algorithm string

// The algorithms.
const (
	MD5 Algorithm = ""
	// XXH128 is XXH3 with 128 bits, in canonical byte order. Servers accept it if they
	// have the feature ARTIFACT_DIGEST_ALGORITHM.
	XXH128 Algorithm = "XXH128"
)

// ErrAlgorithm means that a digest is of a kind that cannot be computed here.
var ErrAlgorithm = errors.New("unknown digest algorithm")

// New returns a new hash, or an error that wraps [ErrAlgorithm].
func (a Algorithm) New() (hash.Hash, error) {
	switch a {
	case MD5:
		return md5.New(), nil //nolint:gosec // see the import
	case XXH128:
		return xxh128.New(), nil
	}
	return nil, fmt.Errorf("%w %q", ErrAlgorithm, string(a))
}

// Name is what a request or a record calls the algorithm of an artifact's digest.
func (a Algorithm) Name() string {
	if a == XXH128 {
		return "MANIFEST_XXH128"
	}
	return "MANIFEST_MD5"
}

// AlgorithmNamed is the inverse of [Algorithm.Name]. An empty name is MD5.
func AlgorithmNamed(name string) (Algorithm, error) {
	switch name {
	case "", MD5.Name():
		return MD5, nil
	case XXH128.Name():
		return XXH128, nil
	}
	return MD5, fmt.Errorf("%w %q", ErrAlgorithm, name)
}

// AlgorithmOf returns how the digest of an entry was computed. It has no meaning for
// references, whose digests are any text.
func AlgorithmOf(e *record.ArtifactEntry) Algorithm {
	switch alg, _ := Extra(e, "alg"); alg {
	case "", "MD5":
		return MD5
	default:
		return Algorithm(alg)
	}
}

// Digest is how an entry has a hash: in base64.
func Digest(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// ErrDigest means that a text is not a digest.
var ErrDigest = errors.New("not a digest in base64")

// ParseDigest returns the 16 bytes of a digest in base64.
func ParseDigest(text string) ([]byte, error) {
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(sum) != md5.Size || Digest(sum) != text {
		return nil, fmt.Errorf("%w: %.40q", ErrDigest, text)
	}
	return sum, nil
}

// ContentDigest returns the digest of an artifact in hex. The entries are in the order of
// their paths.
func ContentDigest(a Algorithm, entries []record.ArtifactEntry) (string, error) {
	h, err := NewContentHash(a)
	if err != nil {
		return "", err
	}
	for i := range entries {
		h.Add(&entries[i])
	}
	return h.Digest(), nil
}

// ContentHash computes the digest of an artifact from its entries, in the order of their paths.
type ContentHash struct {
	hash hash.Hash
	line []byte
}

// NewContentHash returns the hash of no entries, or an error that wraps [ErrAlgorithm].
func NewContentHash(a Algorithm) (*ContentHash, error) {
	h, err := a.New()
	if err != nil {
		return nil, err
	}
	_, _ = io.WriteString(h, "wandb-artifact-manifest-v1\n") // a hash accepts every write
	return &ContentHash{hash: h}, nil
}

// Add adds the next entry.
func (c *ContentHash) Add(e *record.ArtifactEntry) {
	c.line = append(append(c.line[:0], e.Path...), ':')
	c.line = append(append(c.line, e.Digest...), '\n')
	_, _ = c.hash.Write(c.line)
}

// Digest returns the digest in hex.
func (c *ContentHash) Digest() string { return hex.EncodeToString(c.hash.Sum(nil)) }
