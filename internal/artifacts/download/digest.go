package download

import (
	"fmt"
	"hash"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/artifacts/manifest"
	"github.com/wandgo/wandgo/internal/artifacts/objectcache"
	"github.com/wandgo/wandgo/internal/record"
)

// errShort means that a store has less of a file than a part that was asked for.
var errShort = errors.New("the file ends too early")

// mismatch is content that is not what the manifest says.
type mismatch struct {
	algorithm  manifest.Algorithm
	want, got  string
	size, came int64 // came is -1 if it is not known
}

func (m *mismatch) Error() string {
	name := "MD5"
	if m.algorithm != manifest.MD5 {
		name = string(m.algorithm)
	}
	switch {
	case m.size == 0 && m.came == 0 && m.algorithm != manifest.MD5:
		return fmt.Sprintf("expected %s %q, received %q", name, m.want, m.got)
	case m.came > m.size:
		return fmt.Sprintf("expected %d bytes with %s %s, received more", m.size, name, m.want)
	case m.got == "":
		return fmt.Sprintf("expected %d bytes with %s %s, received fewer", m.size, name, m.want)
	}
	return fmt.Sprintf("expected %d bytes with %s %s, received %d with %s", m.size, name, m.want, m.came, m.got)
}

// Unwrap returns errors.ErrDigestMismatch.
func (m *mismatch) Unwrap() error { return errors.ErrDigestMismatch }

// public is the error that callers see.
func (m *mismatch) public(name, store string) error {
	return &errors.RequestError{Cause: errors.ErrDigestMismatch, File: name, Store: store, Err: m}
}

// changedData is the error for a reference to data that is not what was logged. No store of artifacts damaged it.
func changedData(e *record.ArtifactEntry, m *mismatch) error {
	return fmt.Errorf("%w: the data of %s has changed since it was logged: %w", ErrReference, quote(e.Path), m)
}

func keyOf(e *record.ArtifactEntry) objectcache.Key {
	return objectcache.Key{Algorithm: manifest.AlgorithmOf(e), Digest: e.Digest, Size: e.Size}
}

// check compares what came with what the manifest says. The size of a reference may be
// unknown, which is 0 in the manifest.
func check(e *record.ArtifactEntry, came int64, h hash.Hash) error {
	got := manifest.Digest(h.Sum(nil))
	if came == e.Size && got == e.Digest {
		return nil
	}
	return &mismatch{manifest.AlgorithmOf(e), e.Digest, got, e.Size, came}
}
