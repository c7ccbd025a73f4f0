package journal

import "github.com/wandgo/wandgo/internal/jsonx"

// AppendHistoryRecord is how a Writer turns a line into a record.
func AppendHistoryRecord(dst, line []byte) ([]byte, error) {
	var e HistoryEncoder
	return e.Append(dst, line, nil)
}

// HistoryEncoder is AppendHistoryRecord for one line after the other.
type HistoryEncoder struct{ lines lineEncoder }

// Append appends the record of a line with its layout, which may be nil.
func (e *HistoryEncoder) Append(dst, line []byte, layout jsonx.Layout) ([]byte, error) {
	p, mark := begin(dst, fieldHistory)
	p, err := e.lines.appendItems(p, 1, line, layout)
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
