package runfiles

import "slices"

// Progress is the progress of the uploads. Files with the policy End are counted from
// Finish on.
type Progress struct {
	// Files is the number of uploads. A file that is uploaded again counts again.
	Files int
	// Done uploads are in the store, and Waiting ones wait or are being sent. The others
	// failed, or no longer had content.
	Done, Waiting int
	// Bytes is the size of all uploads that were started, and BytesDone the number of
	// bytes sent. A failed attempt is subtracted.
	Bytes, BytesDone int64
	// Current are the names being sent, sorted.
	Current []string
}

// Progress returns the current progress.
func (u *Uploader) Progress() Progress {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := u.progress
	now.Waiting = u.open
	for f, j := range u.sending {
		sent, size := j.bytes()
		now.Bytes += size
		now.BytesDone += sent
		now.Current = append(now.Current, f.name)
	}
	slices.Sort(now.Current)
	return now
}
