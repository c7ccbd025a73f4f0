package media

// Charter is a value that is logged as a table under a key of its own, and described in the
// config.
type Charter interface {
	Value
	// Expand returns a row with the tables of all charts in place of the charts, their
	// entries in the config, and the values in the row. found are those before.
	Expand(row map[string]any, found []*Holder) (map[string]any, []Entry, []*Holder)
}

// Expand replaces the charts in a row; see [Charter]. A row without charts is returned.
func Expand(row map[string]any, found []*Holder) (map[string]any, []Entry, []*Holder) {
	for _, h := range found {
		if c, ok := h.value.(Charter); ok {
			return c.Expand(row, found)
		}
	}
	return row, nil, found
}
