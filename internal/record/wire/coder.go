package wire

import (
	"bytes"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/internal/record"
)

// coder goes through the fields of a message, for writing or for reading. A layout names
// each field once, with its number and the variable that holds it: a writer appends the
// variable, and a reader sets it if it has come to the field of that number.
type coder struct {
	dst []byte // of a writer

	d     *Decoder // nil for a writer
	field *fields  // that the reader has come to
	found bool     // the layout has it
}

// write appends a message with this number.
func (c *coder) write(num protowire.Number, layout func()) {
	var mark int
	c.dst, mark = begin(c.dst, num)
	layout()
	c.dst = end(c.dst, mark)
}

// read reads a message.
func (c *coder) read(b []byte, layout func()) {
	outer := c.field
	f := fieldsOf(b)
	c.field = &f
	for f.next() {
		c.found = false
		layout()
	}
	c.d.bad = c.d.bad || !f.ok
	c.field, c.found = outer, true
}

func (c *coder) writes() bool { return c.d == nil }

// is reports whether the reader has come to a field.
func (c *coder) is(num protowire.Number) bool {
	if c.field.num != num {
		return false
	}
	c.found = true
	return true
}

func (c *coder) text(num protowire.Number, s *string) {
	if c.writes() {
		c.dst = appendString(c.dst, num, *s)
	} else if c.is(num) {
		*s = c.field.str()
	}
}

func (c *coder) texts(num protowire.Number, list *[]string) {
	if c.writes() {
		for _, s := range *list {
			c.dst = appendElem(c.dst, num, s)
		}
	} else if c.is(num) && c.d.part() {
		*list = append(*list, c.field.str())
	}
}

// number is for an integer of any kind but sint.
func number[N int32 | int64 | uint32 | uint64](c *coder, num protowire.Number, n *N) {
	if c.writes() {
		c.dst = appendUint(c.dst, num, uint64(*n)) //nolint:gosec // two's complement is the wire form
	} else if c.is(num) {
		*n = N(c.field.uint()) //nolint:gosec // as protobuf reads a shorter integer
	}
}

func (c *coder) bool(num protowire.Number, b *bool) {
	if c.writes() {
		c.dst = appendBool(c.dst, num, *b)
	} else if c.is(num) {
		*b = c.field.bool()
	}
}

func (c *coder) double(num protowire.Number, n *float64) {
	if c.writes() {
		c.dst = appendDouble(c.dst, num, *n)
	} else if c.is(num) {
		*n = c.field.double()
	}
}

func (c *coder) time(num protowire.Number, t *time.Time) {
	if c.writes() {
		c.dst = appendTime(c.dst, num, *t)
	} else if c.is(num) {
		*t = c.d.time(c.field)
	}
}

// millis is for a duration in milliseconds. A longer one than there can be is cut.
func (c *coder) millis(num protowire.Number, t *time.Duration) {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	n := int64(*t / time.Millisecond)
	if number(c, num, &n); !c.writes() && c.field.num == num {
		*t = time.Duration(max(-most, min(n, most))) * time.Millisecond
	}
}

// flags is for a message made of bools, of which set has the numbers of those that are
// true. A list that is empty but not nil is a message with none.
func (c *coder) flags(num protowire.Number, set *[]int32) {
	if !c.writes() {
		if c.is(num) {
			*set = c.d.flags(c.field.data)
		}
		return
	}
	if *set == nil {
		return
	}
	c.write(num, func() {
		for _, n := range *set {
			if f := protowire.Number(n); f.IsValid() {
				c.dst = appendBool(c.dst, f, true)
			}
		}
	})
}

// bit is for a bool that is a bit of a set, whose position is the field's number.
func (c *coder) bit(num protowire.Number, set *record.SummaryKinds) {
	on := *set&(1<<num) != 0
	if c.bool(num, &on); on {
		*set |= 1 << num
	}
}

// group is for a message whose fields stand in the outer type. It is written if present.
func (c *coder) group(num protowire.Number, present bool, layout func()) {
	if c.writes() {
		if present {
			c.write(num, layout)
		}
	} else if c.is(num) {
		c.read(c.field.data, layout)
	}
}

// message is for a message that may be nil.
func message[M any](c *coder, num protowire.Number, m **M, layout func(*coder, *M)) {
	if !c.writes() && c.field.num == num {
		*m = new(M)
	}
	c.group(num, *m != nil, func() { layout(c, *m) })
}

// messages is for a list of messages.
func messages[M any](c *coder, num protowire.Number, list *[]M, layout func(*coder, *M)) {
	if c.writes() {
		for i := range *list {
			c.write(num, func() { layout(c, &(*list)[i]) })
		}
	} else if c.is(num) && c.d.part() {
		var m M
		c.read(c.field.data, func() { layout(c, &m) })
		*list = append(*list, m)
	}
}

// items is for a list of items, which a reader decodes without this type.
func (c *coder) items(num protowire.Number, list *[]record.Item) {
	if c.writes() {
		c.dst = appendItems(c.dst, num, *list)
	} else if c.is(num) {
		*list = c.d.item(*list, c.field.data)
	}
}

// unknown keeps the fields that the layout before it does not have, in wire form.
func (c *coder) unknown(raw *[]byte) {
	if c.writes() {
		c.dst = append(c.dst, *raw...)
	} else if !c.found {
		*raw = append(*raw, bytes.Clone(c.field.raw)...)
	}
}

// flags is the set of fields that are true in a message made of bools.
func (d *Decoder) flags(b []byte) []int32 {
	set := []int32{}
	f := fieldsOf(b)
	for f.next() {
		if f.bool() && d.part() {
			set = append(set, int32(f.num))
		}
	}
	d.bad = d.bad || !f.ok
	slices.Sort(set)
	return slices.Compact(set)
}
