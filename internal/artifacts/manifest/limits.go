package manifest

// maxSize bounds the size of one file, in bytes. Object stores allow far less; arithmetic
// with sizes up to it does not overflow.
const maxSize = 1 << 50

// Limits bound what a reader accepts from a server or a file. A zero value of a field
// stands for the default, which is far above what artifacts have.
type Limits struct {
	Entries    int   // default 10,000,000
	Bytes      int64 // of the whole text; default 4 GiB
	EntryBytes int64 // of an entry with its path; default 1 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Entries == 0 {
		l.Entries = 10_000_000
	}
	if l.Bytes == 0 {
		l.Bytes = 4 << 30
	}
	if l.EntryBytes == 0 {
		l.EntryBytes = 1 << 20
	}
	return l
}
