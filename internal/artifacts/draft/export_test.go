package draft

// Replace replaces the digests that are remembered by a wrong one, and returns how many.
func (d *Digests) Replace(digest string) int {
	for s := range d.known {
		d.known[s] = digest
	}
	return len(d.known)
}

// NotesChanges is [notesChanges].
var NotesChanges = notesChanges
