package runstore

import (
	"math"
	"slices"
)

// column holds the values of one metric in a part.
type column struct {
	name string
	stat stat
	// values are its numbers. rows are the rows that they are in, counted from the start of
	// the part; nil if every row has one. Both are nil while they are not in memory.
	values []float64
	rows   []uint32
	// typ is the _type of media, "" for text. at are the values that are not numbers.
	typ string
	at  []place
	// onDisk is where in the index the values are.
	onDisk extent

	next int // the column that followed in the last row, for guessing
}

// place is where a value that is not a number is: its row in the part, and the record in
// the log.
type place struct {
	row    uint32
	offset int64
}

// stat summarizes the numbers of a column.
type stat struct {
	rows      int
	nonfinite int
	min, max  float64 // of the finite numbers; NaN if there is none
	last      float64
	// descends is set unless each number is at least as large as the one before it.
	descends bool
}

func noStat() stat { return stat{min: math.NaN(), max: math.NaN(), last: math.NaN()} }

func (s *stat) add(f float64) {
	if s.rows > 0 && !(f >= s.last) || math.IsNaN(f) { // false for NaN, too
		s.descends = true
	}
	s.rows++
	s.last = f
	if math.IsNaN(f) || math.IsInf(f, 0) {
		s.nonfinite++
		return
	}
	if !(f >= s.min) { // true for the first, too
		s.min = f
	}
	if !(f <= s.max) { // as above
		s.max = f
	}
}

// join adds a stat of later rows.
func (s *stat) join(o stat) {
	if o.rows == 0 {
		return
	}
	rows, nonfinite, descends := s.rows+o.rows, s.nonfinite+o.nonfinite, s.descends || o.descends
	if !math.IsNaN(o.min) {
		s.add(o.min)
		s.add(o.max)
	}
	s.rows, s.nonfinite, s.last, s.descends = rows, nonfinite, o.last, descends
}

// shifted returns the stat of the numbers with f added to each.
func (s stat) shifted(f float64) stat {
	s.min, s.max, s.last = s.min+f, s.max+f, s.last+f
	return s
}

// table is rows as columns.
type table struct {
	rows    int
	columns []column
	index   map[string]int

	first, last int // columns of the row at hand, for guessing; last is -1 before its first
}

func (t *table) column(name string) *column {
	if i, ok := t.index[name]; ok {
		return &t.columns[i]
	}
	return nil
}

// at returns the number of the column with a name, which is made if it is missing. Rows
// mostly have the same names in the same order, so the successor of the last column is
// looked at first.
func (t *table) at(name []byte) int {
	guess := t.first
	if t.last >= 0 {
		guess = t.columns[t.last].next
	}
	if guess >= len(t.columns) || t.columns[guess].name != string(name) {
		var ok bool
		if guess, ok = t.index[string(name)]; !ok {
			guess = t.add(string(name))
		}
		if t.last >= 0 {
			t.columns[t.last].next = guess
		} else {
			t.first = guess
		}
	}
	t.last = guess
	return guess
}

func (t *table) add(name string) int {
	if t.index == nil {
		t.index = make(map[string]int)
	}
	t.columns = append(t.columns, column{name: name, stat: noStat()})
	t.index[name] = len(t.columns) - 1
	return len(t.columns) - 1
}

// set stores a number of the row at hand, which is number t.rows.
func (t *table) set(i int, f float64) {
	c := &t.columns[i]
	row := t.rows
	if n := len(c.values); c.rows == nil && n > row || n > 0 && c.rows != nil && int(c.rows[n-1]) == row {
		c.values[n-1] = f // twice in a row: the later counts. The extremes may be of the earlier
		c.stat.last, c.stat.descends = f, true
		return
	}
	c.sparse(row)
	if c.rows != nil {
		c.rows = append(c.rows, uint32(row)) //nolint:gosec // a part has far fewer rows
	}
	c.values = append(c.values, f)
	c.stat.add(f)
}

// sparse gives a column that lacks some of the first n rows the numbers of those that it has.
func (c *column) sparse(n int) {
	if c.rows != nil || len(c.values) >= n {
		return
	}
	c.rows = make([]uint32, len(c.values), len(c.values)+16)
	for k := range c.rows {
		c.rows[k] = uint32(k) //nolint:gosec // a part has far fewer rows
	}
}

// refer notes that the row at hand has a value that is not a number.
func (t *table) refer(i int, typ string, offset int64) {
	c := &t.columns[i]
	if typ != "" {
		c.typ = typ
	}
	row := uint32(t.rows) //nolint:gosec // as above
	if n := len(c.at); n > 0 && c.at[n-1].row == row {
		return
	}
	c.at = append(c.at, place{row, offset})
}

// endRow ends the row at hand.
func (t *table) endRow() {
	t.rows++
	t.last = -1
}

// finish makes the columns as small as they can be, and sparse those that lack the last
// rows.
func (t *table) finish() {
	for i := range t.columns {
		c := &t.columns[i]
		c.sparse(t.rows)
		c.values, c.rows = slices.Clone(c.values), slices.Clone(c.rows)
		if c.rows == nil && len(c.values) == 0 {
			c.rows = []uint32{}
		}
	}
}

// join returns a table with the rows of a and then those of b, whose columns are in memory.
func join(a, b *table) table {
	out := table{rows: a.rows + b.rows, last: -1}
	for i := range a.columns {
		out.add(a.columns[i].name)
	}
	for i := range b.columns {
		if out.column(b.columns[i].name) == nil {
			out.add(b.columns[i].name)
		}
	}
	for i := range out.columns {
		c := &out.columns[i]
		c.append(a.column(c.name), 0)
		c.append(b.column(c.name), a.rows)
		if len(c.values) == out.rows {
			c.rows = nil
		}
	}
	return out
}

// append adds the values of o, a column or nil, whose rows begin at row first.
func (c *column) append(o *column, first int) {
	if c.rows == nil {
		c.rows = []uint32{}
	}
	if o == nil {
		return
	}
	c.stat.join(o.stat)
	if n := len(c.values); n > 0 && len(o.values) > 0 && !(o.values[0] >= c.values[n-1]) {
		c.stat.descends = true
	}
	c.values = append(c.values, o.values...)
	for k := range o.values {
		row := k
		if o.rows != nil {
			row = int(o.rows[k])
		}
		c.rows = append(c.rows, uint32(first+row)) //nolint:gosec // a part has far fewer rows
	}
	if o.typ != "" {
		c.typ = o.typ
	}
	for _, p := range o.at {
		c.at = append(c.at, place{uint32(first) + p.row, p.offset}) //nolint:gosec // as above
	}
}
