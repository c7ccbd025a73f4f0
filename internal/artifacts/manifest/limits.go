package manifest

// maxSize bounds the size of one file, in bytes. Object stores allow far less; arithmetic
// with sizes up to it does not overflow.
const maxSize = 1 << 50

// MaxBytes bounds the text of a manifest, in bytes.
const MaxBytes = 4 << 30

// limits bound what is accepted from a server or a file.
type limits struct {
	entries    int
	bytes      int64 // of the whole text
	entryBytes int64 // of an entry with its path
}

// usual limits are far above what artifacts have.
var usual = limits{entries: 10_000_000, bytes: MaxBytes, entryBytes: 1 << 20}
