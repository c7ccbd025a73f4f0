package jsonx

// Layout says where the entries of a line are, so that a reader of the line does not
// have to scan it. It holds the indexes where each value begins and ends. The key, with
// quotes and colon, is directly before the value, and a comma between two entries. A nil
// Layout is not known.
type Layout []uint32

// Add adds an entry whose value is at [begin:end].
func (l Layout) Add(begin, end int) Layout {
	return append(l, uint32(begin), uint32(end)) //nolint:gosec // a line has 10 MiB at most
}

// Len returns the number of entries.
func (l Layout) Len() int { return len(l) / 2 }

// Entry returns the indexes where the key of entry i begins, and where its value begins
// and ends.
func (l Layout) Entry(i int) (key, value, end int) {
	key = 1 // after the brace
	if i > 0 {
		key = int(l[2*i-1]) + 1 // after the comma
	}
	return key, int(l[2*i]), int(l[2*i+1])
}
