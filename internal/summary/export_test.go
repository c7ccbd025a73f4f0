package summary

// visible reports whether the summary shows a value for n or below it.
func (n *node) visible() bool {
	if n.shown != showsNothing {
		return true
	}
	for _, c := range n.children {
		if c.visible() {
			return true
		}
	}
	return false
}

// Keys returns the top-level keys, sorted.
func (s *Summary) Keys() []string {
	var keys []string
	for _, n := range s.root.sorted() {
		if n.visible() {
			keys = append(keys, n.name)
		}
	}
	return keys
}
