package wire

import (
	"fmt"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// Decode reads an entry in wire form. Values alias payload. It returns
// [ErrRecord] for bytes that are no record; fields that are not known are passed
// over, a body that is not known becomes a [*record.Raw].
func Decode(payload []byte) (*Entry, error) {
	r := new(Entry)
	var d Decoder
	if err := d.Decode(r, payload); err != nil {
		return nil, err
	}
	return r, nil
}

// Decoder decodes records. What it uses again from one to the next is what
// there is a lot of: rows and their keys.
type Decoder struct {
	history record.History
	summary record.Summary
	names   map[string]string
	parts   int // elements of lists in the record
	bad     bool
}

// maxParts bounds the elements of a record's lists. An empty one is two bytes in
// the file and fifty in memory.
const maxParts = 1 << 20

// part says whether there is room for one more element.
func (d *Decoder) part() bool {
	d.parts++
	if d.parts > maxParts {
		d.bad = true
		return false
	}
	return true
}

// Decode decodes payload into r, which is valid until the next call.
func (d *Decoder) Decode(r *Entry, payload []byte) error {
	*r = Entry{Payload: payload}
	d.bad, d.parts = false, 0
	f := fieldsOf(payload)
	for f.next() {
		switch f.num {
		case fieldNum:
			r.Num = f.int()
		case fieldControl:
			c := coder{d: d}
			c.read(f.data, func() { layoutControl(&c, &r.Control) })
		case fieldUUID, fieldInfo: // which are no bodies
		default:
			if f.typ == protowire.BytesType {
				r.Body = d.body(f.num, f.data)
			}
		}
	}
	if !f.ok || d.bad {
		return fmt.Errorf("decode record: %w", ErrRecord)
	}
	return nil
}

func (d *Decoder) body(num protowire.Number, b []byte) record.Record {
	switch num {
	case fieldHistory:
		return d.historyRow(b)
	case fieldSummary:
		d.changes(&d.summary.Update, &d.summary.Remove, b)
		return &d.summary
	}
	body := newBody(num)
	if body == nil {
		return &record.Raw{Field: int32(num), Data: b}
	}
	c := coder{d: d}
	_, layout := layoutOf(body)
	c.read(b, func() { layout(&c) })
	return body
}

// Names are remembered up to these limits, so that a million rows do not hold a
// million copies of "loss", and a hostile file holds no more than a few of its.
const (
	maxNames    = 4096
	maxNameSize = 256
)

func (d *Decoder) name(b []byte) string {
	if s, ok := d.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if !utf8.ValidString(s) { // the official client refuses the record
		d.bad = true
	}
	if len(s) > maxNameSize || len(d.names) >= maxNames {
		return s
	}
	if d.names == nil {
		d.names = make(map[string]string)
	}
	d.names[s] = s
	return s
}

// item decodes into the next element of items, whose memory may be used again.
func (d *Decoder) item(items []record.Item, b []byte) []record.Item {
	if !d.part() {
		return items
	}
	if n := len(items); n < cap(items) {
		items = items[:n+1]
		items[n] = record.Item{NestedKey: items[n].NestedKey[:0]}
	} else {
		items = append(items, record.Item{})
	}
	it := &items[len(items)-1]
	f := fieldsOf(b)
	for f.next() {
		switch f.num {
		case 1:
			it.Key = d.name(f.data)
		case 2:
			if d.part() {
				it.NestedKey = append(it.NestedKey, d.name(f.data))
			}
		case 16:
			it.Value = f.data
		}
	}
	d.bad = d.bad || !f.ok
	return items
}

func (d *Decoder) historyRow(b []byte) *record.History {
	h := &d.history
	h.Items, h.Step = h.Items[:0], 0
	f := fieldsOf(b)
	for f.next() {
		switch f.num {
		case 1:
			h.Items = d.item(h.Items, f.data)
		case 2:
			step := fieldsOf(f.data)
			for step.next() {
				if step.num == 1 {
					h.Step = step.int()
				}
			}
			d.bad = d.bad || !step.ok
		}
	}
	d.bad = d.bad || !f.ok
	return h
}

func (d *Decoder) changes(update, remove *[]record.Item, b []byte) {
	*update, *remove = (*update)[:0], (*remove)[:0]
	f := fieldsOf(b)
	for f.next() {
		switch f.num {
		case 1:
			*update = d.item(*update, f.data)
		case 2:
			*remove = d.item(*remove, f.data)
		}
	}
	d.bad = d.bad || !f.ok
}

func (d *Decoder) time(f *fields) time.Time {
	t, ok := f.time()
	d.bad = d.bad || !ok
	return t
}
