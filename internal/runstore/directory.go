package runstore

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/wandgo/wandgo/internal/journal"
)

// directory is the directory of an index. Each method writes the value that it is given, or
// reads it, so that what is written and what is read are one description. What is impossible
// sets bad, and every value that is read then is zero. A value that is written is not assigned
// to, because others read the part meanwhile.
type directory struct {
	b   []byte       // what was written, or is still to be read
	out *arrayWriter // nil while the directory is read

	in     io.ReaderAt // the index that is read
	arrays int64       // how many bytes of arrays are in front of the directory
	bad    bool
}

func (d *directory) fail() { d.bad, d.b = true, nil }

// read moves on by n bytes that were read; less than 1 means that they are no value.
func (d *directory) read(n int) {
	if n <= 0 {
		d.fail()
		return
	}
	d.b = d.b[n:]
}

func (d *directory) int64(v *int64) {
	if d.out != nil {
		d.b = binary.AppendVarint(d.b, *v)
		return
	}
	var n int
	*v, n = binary.Varint(d.b)
	d.read(n)
}

// atMost writes or reads a number from 0 to a limit.
func (d *directory) atMost(v *int, limit int) {
	n := int64(*v)
	d.int64(&n)
	if d.out != nil {
		return
	}
	if n < 0 || n > int64(limit) {
		n = 0
		d.fail()
	}
	*v = int(n)
}

// int is atMost for a number of rows, values or lines.
func (d *directory) int(v *int) { d.atMost(v, math.MaxInt32) }

func (d *directory) bool(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	if d.int(&n); d.out == nil {
		*v = n == 1
	}
}

// sum writes or reads a checksum.
func (d *directory) sum(v *uint32) {
	if d.out != nil {
		d.b = binary.AppendUvarint(d.b, uint64(*v))
		return
	}
	u, n := binary.Uvarint(d.b)
	*v = uint32(u) //nolint:gosec // it is compared
	d.read(n)
}

func (d *directory) float(v *float64) {
	if d.out != nil {
		d.b = binary.LittleEndian.AppendUint64(d.b, math.Float64bits(*v))
		return
	}
	if *v = 0; len(d.b) < 8 {
		d.fail()
		return
	}
	*v = math.Float64frombits(binary.LittleEndian.Uint64(d.b))
	d.read(8)
}

func (d *directory) bytes(v *[]byte) {
	n := len(*v)
	d.length(&n)
	if d.out != nil {
		d.b = append(d.b, *v...)
		return
	}
	*v = append([]byte{}, d.b[:n]...)
	d.b = d.b[n:]
}

func (d *directory) text(v *string) {
	b := []byte(*v)
	if d.bytes(&b); d.out == nil {
		*v = string(b)
	}
}

// length writes or reads how many items follow, which take at least a byte each.
func (d *directory) length(n *int) {
	if d.int(n); d.out == nil && *n > len(d.b) {
		*n = 0
		d.fail()
	}
}

// list writes or reads the items of a list.
func list[T any](d *directory, items *[]T, item func(*T)) {
	n := len(*items)
	d.length(&n)
	for i := range n {
		if d.out == nil {
			*items = append(*items, *new(T))
		}
		if item(&(*items)[i]); d.bad {
			return
		}
	}
}

// contents reads a directory: the fingerprint of the log, and the parts.
func (d *directory) contents() (head, tail uint32, parts []*part) {
	d.sum(&head)
	d.sum(&tail)
	var from journal.Position
	list(d, &parts, func(p **part) {
		*p = &part{index: d.in}
		d.part(*p)
		if len(parts) > 1 && (*p).from != from || (*p).from.Offset < 0 || (*p).to.Offset < (*p).from.Offset {
			d.fail()
		}
		from = (*p).to
	})
	return head, tail, parts
}

func (d *directory) position(p *journal.Position) {
	d.int64(&p.Offset)
	d.bool(&p.Moved)
}

func (d *directory) part(p *part) {
	d.position(&p.from)
	d.position(&p.to)
	d.int64(&p.begin)
	d.int(&p.console)
	d.int(&p.newlines)
	for _, n := range []*int64{&p.first, &p.last, &p.missing, &p.skippedTotal} {
		d.int64(n)
	}
	list(d, &p.skipped, func(s *journal.Skipped) {
		d.int64(&s.Offset)
		d.int64(&s.Length)
		d.text(&s.Reason)
	})
	list(d, &p.rare, d.bytes)
	list(d, &p.artifacts, func(a *artifactAt) {
		d.text(&a.id)
		d.int64(&a.offset)
	})
	list(d, &p.summary, func(c *change) {
		list(d, &c.path, d.text)
		set := c.value != nil
		if d.bool(&set); set {
			d.bytes(&c.value)
		}
	})
	for _, t := range p.tables() {
		d.table(t)
	}
}

func (d *directory) table(t *table) {
	d.int(&t.rows)
	list(d, &t.columns, func(c *column) { d.column(c, t.rows) })
	if d.out != nil {
		return
	}
	t.last, t.index = -1, make(map[string]int, len(t.columns))
	for i := range t.columns {
		t.index[t.columns[i].name] = i
	}
	if len(t.index) != len(t.columns) { // two have the same name
		d.fail()
	}
}

// column writes or reads what a column of a table of some rows is, and where its arrays are.
func (d *directory) column(c *column, rows int) {
	d.text(&c.name)
	d.int(&c.stat.rows)
	d.int(&c.stat.nonfinite)
	d.bool(&c.stat.descends)
	d.float(&c.stat.min)
	d.float(&c.stat.max)
	d.float(&c.stat.last)
	d.text(&c.typ)
	list(d, &c.at, func(p *place) {
		row := int(p.row)
		if d.atMost(&row, rows-1); d.out == nil {
			p.row = uint32(row) //nolint:gosec // below the number of rows
		}
		d.int64(&p.offset)
	})
	e := c.onDisk
	if d.out != nil {
		e = d.out.column(c)
	}
	d.int(&e.n)
	d.int64(&e.values)
	d.int64(&e.rows)
	if d.out != nil {
		return // the part is still read from the older index
	}
	if c.onDisk = e; e.n > rows || e.n != c.stat.rows || e.values < 0 || e.rows < 0 || e.rows == 0 && e.n != rows ||
		e.values > d.arrays-8*int64(e.n) || e.rows > d.arrays+1-4*int64(e.n) {
		d.fail()
	}
}
