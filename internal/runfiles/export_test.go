package runfiles

// For tests of what has no other surface.
var (
	CleanName  = cleanName
	Expand     = expand
	RelativeTo = relativeTo
)

// GraceBytes is the number of bytes stored after the context has ended.
const GraceBytes = graceBytes

// Flush sends the pending files without collecting more.
func (u *Uploader) Flush() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flushLocked()
}
