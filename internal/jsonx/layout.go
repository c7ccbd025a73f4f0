package jsonx

// Layout says where the entries of a line are, in their order: for each, where its
// value begins and where that ends. The key, with its quotes and colon, stands before
// the value; a comma is between two entries. It spares those who take a line apart
// the reading of it. Without one, which is nil, they read the line.
type Layout []uint32

// add notes an entry.
func (l Layout) Add(begin, end int) Layout {
	return append(l, uint32(begin), uint32(end)) //nolint:gosec // a line has 10 MiB at most
}

// Len is how many entries there are.
func (l Layout) Len() int { return len(l) / 2 }

// Entry is where the key of entry i begins, and where its value begins and ends.
func (l Layout) Entry(i int) (key, value, end int) {
	key = 1 // after the brace
	if i > 0 {
		key = int(l[2*i-1]) + 1 // after the comma
	}
	return key, int(l[2*i]), int(l[2*i+1])
}
