package session

import (
	"time"

	"github.com/wandgo/wandgo/internal/history"
)

// partialRow gathers metrics of one step until the row is logged. It has copies,
// because their owner may change the originals meanwhile.
type partialRow struct {
	values    map[string]any // nil if there is no open row
	timestamp float64        // of the last merge
}

func (o *partialRow) empty() bool { return o.values == nil }

// merge adds the metrics of row. Values of the same key are replaced; objects,
// whether of maps or of structs, are merged key by key, and empty ones change
// nothing. A _timestamp of the program's own is that of the call that gave it, like the
// row's.
func (o *partialRow) merge(row *history.Row, now time.Time) {
	if o.values == nil {
		o.values = make(map[string]any, len(row.Keys))
	}
	o.timestamp = unixSeconds(now)
	delete(o.values, "_timestamp")
	row.MergeInto(o.values)
}

// take returns the row and closes it.
func (o *partialRow) take() (map[string]any, float64) {
	values, timestamp := o.values, o.timestamp
	*o = partialRow{}
	return values, timestamp
}
