package wire

import (
	"fmt"
	"slices"
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
			d.control(&r.Control, f.data)
		case fieldUUID:
			r.UUID = f.str()
		case fieldInfo:
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
	case fieldConfig:
		c := new(record.Config)
		d.changes(&c.Update, &c.Remove, b)
		return c
	case fieldFiles:
		return d.files(b)
	case fieldStats:
		return d.stats(b)
	case fieldAlert:
		return d.alert(b)
	case fieldTelemetry:
		return d.telemetry(b)
	case fieldMetric:
		return d.metric(b)
	case fieldOutputRaw:
		return d.outputRaw(b)
	case fieldRun:
		return d.run(b)
	case fieldExit:
		return d.exit(b)
	case fieldFinal:
		return new(record.Final)
	case fieldHeader:
		return d.header(b)
	case fieldFooter:
		return new(record.Footer)
	case fieldPreempting:
		return new(record.Preempting)
	case fieldEnvironment:
		return d.environment(b)
	case fieldOutputLogger:
		o := new(record.OutputLogger)
		d.each(b, func(f *fields) {
			if f.num == 1 {
				o.Text = f.str()
			}
		})
		return o
	}
	return &record.Raw{Field: int32(num), Data: b}
}

// each calls take for every field of b, and notes a malformed message.
func (d *Decoder) each(b []byte, take func(f *fields)) {
	f := fieldsOf(b)
	for f.next() {
		take(&f)
	}
	d.bad = d.bad || !f.ok
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

func (d *Decoder) control(c *Control, b []byte) {
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			c.ReqResp = f.bool()
		case 2:
			c.Local = f.bool()
		case 3:
			c.RelayID = f.str()
		case 4:
			c.MailboxSlot = f.str()
		case 5:
			c.AlwaysSend = f.bool()
		case 6:
			c.FlowControl = f.bool()
		case 7:
			c.EndOffset = f.int()
		case 8:
			c.ConnectionID = f.str()
		}
	})
}

func (d *Decoder) header(b []byte) *record.Header {
	h := new(record.Header)
	d.each(b, func(f *fields) {
		if f.num != 1 {
			return
		}
		d.each(f.data, func(f *fields) {
			switch f.num {
			case 1:
				h.Producer = f.str()
			case 2:
				h.MinConsumer = f.str()
			}
		})
	})
	return h
}

func (d *Decoder) files(b []byte) *record.Files {
	out := new(record.Files)
	d.each(b, func(f *fields) {
		if f.num != 1 || !d.part() {
			return
		}
		var file record.File
		d.each(f.data, func(f *fields) {
			switch f.num {
			case 1:
				file.Path = f.str()
			case 2:
				file.Policy = f.int32()
			case 3:
				file.Type = f.int32()
			}
		})
		out.Files = append(out.Files, file)
	})
	return out
}

func (d *Decoder) stats(b []byte) *record.Stats {
	s := new(record.Stats)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			s.Type = f.int32()
		case 2:
			s.Timestamp = d.time(f)
		case 3:
			s.Items = d.item(s.Items, f.data)
		}
	})
	return s
}

func (d *Decoder) time(f *fields) time.Time {
	t, ok := f.time()
	d.bad = d.bad || !ok
	return t
}

func (d *Decoder) outputRaw(b []byte) *record.OutputRaw {
	o := new(record.OutputRaw)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			o.Stdout = f.bool()
		case 2:
			o.Timestamp = d.time(f)
		case 3:
			o.Text = f.str()
		}
	})
	return o
}

func (d *Decoder) exit(b []byte) *record.Exit {
	e := new(record.Exit)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			e.Code = f.int32()
		case 2:
			e.Runtime = f.int32()
		case 3:
			e.NotComplete = f.bool()
		}
	})
	return e
}

func (d *Decoder) alert(b []byte) *record.Alert {
	a := new(record.Alert)
	d.each(b, func(f *fields) {
		switch f.num {
		case 1:
			a.Title = f.str()
		case 2:
			a.Text = f.str()
		case 3:
			a.Level = f.str()
		case 4:
			const most = int64(1<<63-1) / int64(time.Millisecond)
			a.Wait = time.Duration(max(-most, min(f.int(), most))) * time.Millisecond
		}
	})
	return a
}

// flags is the set of fields that are true in a message made of bools.
func (d *Decoder) flags(b []byte) []int32 {
	set := []int32{}
	d.each(b, func(f *fields) {
		if f.bool() && d.part() {
			set = append(set, int32(f.num))
		}
	})
	slices.Sort(set)
	return slices.Compact(set)
}
