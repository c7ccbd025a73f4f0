package summary

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
