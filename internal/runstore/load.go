package runstore

import (
	"fmt"
	"iter"
	"os"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// ErrChanged means that a log is not the one that was read before.
var ErrChanged = errors.New("the log was replaced while it was read")

// Chunk is a stretch of two columns: the points of rows that have both. X and Y are valid
// after the iteration, and must not be changed.
type Chunk struct {
	// First is the number of the first row of the stretch in the run, and Rows are the rows
	// of the points after it, nil if they are all rows from there.
	First int
	Rows  []uint32
	X, Y  []float64
	// Ascending is set if each X is at least as large as the one before it, and Finite if
	// no Y is NaN or infinite. If they are not set, neither is known.
	Ascending, Finite bool
}

// Row returns the number of the row of point i.
func (c *Chunk) Row(i int) int {
	if c.Rows != nil {
		i = int(c.Rows[i])
	}
	return c.First + i
}

// Table selects what a column belongs to.
type Table int

// The tables of a run.
const (
	History Table = iota
	System        // system metrics
)

// Chunks goes through the points of two columns, in the order of the rows. Rows before
// first may be left out. Of system metrics x is [KeyRuntime] or [KeyTimestamp]. An error
// comes last.
func (r *Run) Chunks(t Table, x, y string, first int) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		at := 0
		for _, l := range r.logLives() {
			l.run.used.Store(l.run.store.clock.Add(1))
			for _, p := range l.parts {
				rows := p.tables()[t].rows
				if at+rows > first {
					c, err := l.chunk(p, t, x, y)
					if err != nil {
						yield(Chunk{}, err)
						return
					}
					c.First = at
					if len(c.Y) > 0 && !yield(c, nil) {
						return
					}
				}
				at += rows
			}
		}
	}
}

// chunk returns the points of a part, as the run has them.
func (l *life) chunk(p *part, t Table, x, y string) (Chunk, error) {
	dx, dy := l.shift(x), l.shift(y)
	if t == System {
		dx, dy = 0, 0
		if x == KeyRuntime {
			x, dx = KeyTimestamp, -l.zero
		}
	}
	c, err := l.run.chunk(p, t, x, y)
	if dx != 0 {
		c.X = shifted(c.X, dx)
	}
	if dy != 0 {
		c.Y = shifted(c.Y, dy)
	}
	return c, err
}

func shifted(v []float64, by float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = v[i] + by
	}
	return out
}

// chunk returns the points of a part.
func (r *Run) chunk(p *part, t Table, x, y string) (Chunk, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tab := p.tables()[t]
	cx, cy := tab.column(x), tab.column(y)
	if cx == nil || cy == nil || cx.stat.rows == 0 || cy.stat.rows == 0 {
		return Chunk{}, nil
	}
	for _, c := range []*column{cx, cy} {
		if c.values == nil {
			if err := r.loadColumn(p, tab, c); err != nil {
				return Chunk{}, err
			}
		}
	}
	out := Chunk{Ascending: !cx.stat.descends, Finite: cy.stat.nonfinite == 0}
	switch {
	case cx.rows == nil && cy.rows == nil:
		out.X, out.Y = cx.values, cy.values
		return out, nil
	case cx.rows == nil:
		out.X, out.Y, out.Rows = make([]float64, len(cy.rows)), cy.values, cy.rows
		for i, row := range cy.rows {
			out.X[i] = cx.values[row]
		}
		return out, nil
	}
	out.Rows = []uint32{}
	for i, k := 0, 0; i < len(cx.values) && k < len(cy.values); {
		row, other := cx.rows[i], uint32(k) //nolint:gosec // a part has far fewer rows
		if cy.rows != nil {
			other = cy.rows[k]
		}
		switch {
		case row < other:
			i++
		case row > other:
			k++
		default:
			out.X, out.Y, out.Rows = append(out.X, cx.values[i]), append(out.Y, cy.values[k]), append(out.Rows, row)
			i++
			k++
		}
	}
	return out, nil
}

// loadColumn reads a column from the index, or all of the part from the log. p.mu is held.
func (r *Run) loadColumn(p *part, t *table, c *column) error {
	// An index that was replaced meanwhile is closed and gives an error.
	if p.index != nil && c.read(p.index, t.rows) == nil {
		return nil
	}
	f, err := smallfile.Open(r.dir.Journal())
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer func() { _ = f.Close() }()
	again, err := readPart(f, p.from, p.to.Offset, true)
	if err != nil {
		return err
	}
	for i, t := range p.tables() {
		u := again.tables()[i]
		if u.rows != t.rows {
			return ErrChanged
		}
		for k := range t.columns {
			o := u.column(t.columns[k].name)
			if o == nil || o.stat.rows != t.columns[k].stat.rows {
				return ErrChanged
			}
			t.columns[k].values, t.columns[k].rows = o.values, o.rows
		}
	}
	return nil
}

// load brings all columns of a part into memory.
func (r *Run) load(p *part) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tables() {
		for i := range t.columns {
			if c := &t.columns[i]; c.values == nil && c.stat.rows > 0 {
				if err := r.loadColumn(p, t, c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// recordAt reads the record at an offset of the log again.
func recordAt(f *os.File, at journal.Position, read func(payload []byte) error) error {
	found := ErrChanged
	err := journal.NewReaderAt(f, at).Each(func(offset int64, payload []byte) error {
		if offset == at.Offset {
			found = read(payload)
		}
		return journal.ErrStop
	})
	return errors.Join(err, found)
}
