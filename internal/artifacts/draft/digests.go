package draft

import (
	"os"
	"sync"
	"time"

	"github.com/wandgo/wandgo/internal/artifacts/manifest"
)

const (
	// rememberedSize is the size in bytes from which hashing a file takes much longer than
	// copying it.
	rememberedSize = 8 << 20
	// settled is how long a file has not changed before its digest is remembered. A change by a
	// program that maps the file into memory is noted when the system next writes the file to
	// the disk, which it does every half minute.
	settled = time.Minute
	// maxRemembered bounds the memory, to less than a megabyte.
	maxRemembered = 4096
)

// Digests remembers the digests of large files, so that a file that has not changed is not
// hashed when it is logged again. That is known from its inode, size, and times of
// modification and of change, the latter of which no program can set. The zero Digests is
// ready for use. It is safe for concurrent use.
type Digests struct {
	mu    sync.Mutex
	known map[fileState]string
}

// fileState changes whenever a file does. The zero fileState is unknown.
type fileState struct {
	alg               manifest.Algorithm
	device, inode     uint64
	size              int64
	modified, changed int64 // nanoseconds
}

// covers reports whether the digest of a file of a size may be remembered.
func (d *Digests) covers(size int64) bool {
	return d != nil && size >= rememberedSize
}

// state returns the state of a file, which must be taken before the file is read. It is unknown
// if a change might not show. f may be nil.
func (d *Digests) state(f *os.File, alg manifest.Algorithm) fileState {
	if f == nil || !notesChanges(f) {
		return fileState{}
	}
	info, err := f.Stat()
	if err != nil {
		return fileState{}
	}
	s := stateOf(info)
	if time.Since(time.Unix(0, max(s.modified, s.changed))) < settled || s == (fileState{}) {
		return fileState{}
	}
	s.alg = alg
	return s
}

// digest returns the digest of a file in a state; "" if it is not known.
func (d *Digests) digest(s fileState) string {
	if s == (fileState{}) {
		return ""
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[s]
}

// remember stores the digest of a file that was in a state before and after it was read.
func (d *Digests) remember(s fileState, digest string) {
	if s == (fileState{}) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxRemembered {
		d.known = make(map[fileState]string)
	}
	d.known[s] = digest
}
