package journal

// AppendHistoryRecord is how a Writer turns a line into a record.
func AppendHistoryRecord(dst, line []byte) ([]byte, error) {
	var e lineEncoder
	p, mark := begin(dst, fieldHistory)
	p, err := e.appendItems(p, 1, line)
	if err != nil {
		return nil, err
	}
	return end(p, mark), nil
}

// AppendRow is how Replay turns items into a line.
func AppendRow(dst []byte, items []Item) (line []byte, bad int) {
	var w rowWriter
	return w.appendRow(dst, items)
}
