package media

import (
	"slices"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/media"
)

// Limits of a table. The web page shows the rows of the artifact; programs that read only the
// run's files see the first ones.
const (
	// MaxTableRows is how many rows the file of the run has.
	MaxTableRows = 10_000
	// MaxArtifactRows is how many rows the artifact has.
	MaxArtifactRows = 200_000
)

// LogMode says what logging a table again does.
type LogMode string

// The modes of tables.
const (
	// Immutable tables are logged once. Logged again, under any key, they refer to the first
	// version; if rows were added since then, that is an error.
	Immutable LogMode = "IMMUTABLE"
	// Mutable tables are logged whole each time, as a new version.
	Mutable LogMode = "MUTABLE"
	// Incremental tables log only the rows that are new. Log such a table under one key,
	// to one run. In a resumed run a new table continues the increments under its key.
	Incremental LogMode = "INCREMENTAL"
)

// TableOptions describe a table.
type TableOptions struct {
	// Columns are the names of the columns, which differ.
	Columns []string
	// Mode is what logging the table again does; default: Immutable.
	Mode LogMode
	// MixedTypes allows cells of different types in a column.
	MixedTypes bool
}

// Table is a table for a row. Its cells are numbers, strings, booleans, times, nil, and
// lists and maps of these; and images and other values of this package with a file, so no
// histograms, tables and charts. Logging stores a file with the first [MaxTableRows] rows, and an artifact with
// up to [MaxArtifactRows] and the files of the cells. Create it with [NewTable] or another
// function of this package. It is safe for concurrent use.
type Table struct {
	holder
	data *table
}

// NewTable returns an empty table, which is immutable once it is logged.
func NewTable(columns ...string) *Table { return TableOptions{Columns: columns}.New() }

// New returns an empty table. Errors in the options are returned by the call that logs the table,
// and by AddRow.
func (o TableOptions) New() *Table {
	t := &table{columns: slices.Clone(o.Columns), mode: o.Mode}
	if t.mode == "" {
		t.mode = Immutable
	}
	t.err = o.check()
	for range o.Columns {
		start := typeUnknown
		if o.MixedTypes {
			start = typeAny
		}
		t.types = append(t.types, optional(start))
	}
	return &Table{holder: media.Hold(t, nil), data: t}
}

func (o TableOptions) check() error {
	switch o.Mode {
	case "", Immutable, Mutable, Incremental:
	default:
		return invalid("table mode", "must be Immutable, Mutable or Incremental")
	}
	sorted := slices.Sorted(slices.Values(o.Columns))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return invalid("table", "must not have two columns %q", sorted[i])
		}
	}
	return nil
}

// AddRow adds a row. Cells are copied, and values of this package are encoded already, so
// everything can be changed afterwards. A nil value of this package is an empty cell. If there is
// an error the row is not added. The errors match ErrInvalidInput:
//
//   - the number of cells is not that of the columns;
//   - a cell cannot be in a table, or is a value with an error;
//   - a cell does not fit the type of its column, which is that of its first cell that is not
//     nil, and the table does not allow mixed types.
func (t *Table) AddRow(cells ...any) error {
	if t.data == nil {
		return media.ErrZero
	}
	return t.data.add(cells)
}

// Len is the number of rows.
func (t *Table) Len() int {
	if t.data == nil {
		return 0
	}
	t.data.mu.Lock()
	defer t.data.mu.Unlock()
	return len(t.data.rows)
}

// Columns returns the names of the columns.
func (t *Table) Columns() []string {
	if t.data == nil {
		return nil
	}
	return slices.Clone(t.data.columns)
}

// table is what a Table has. Rows do not change once they are added.
type table struct {
	columns []string
	mode    LogMode
	err     error

	mu     sync.Mutex
	rows   [][]any
	types  []*columnType
	logged logged
}

func (t *table) add(cells []any) error {
	if t.err != nil {
		return t.err
	}
	if len(cells) != len(t.columns) {
		return invalid("table row", "has %d cells, and the table %d columns (%s)", len(cells), len(t.columns), strings.Join(t.columns, ", "))
	}
	row := make([]any, len(cells))
	for i, v := range cells {
		var err error
		if row[i], err = cellOf(v, 0); err != nil {
			return invalid("table column "+t.columns[i], "%v", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	types := t.types
	for i, cell := range row {
		next := types[i].assign(cell)
		if next == nil {
			return invalid("table column "+t.columns[i], "has cells of type %s; a %s does not fit (see TableOptions.MixedTypes)", types[i].text(), typeOf(cell).text())
		}
		if next != types[i] {
			if &types[0] == &t.types[0] { // nothing changes if a later cell does not fit
				types = slices.Clone(types)
			}
			types[i] = next
		}
	}
	t.types = types
	t.rows = append(t.rows, row)
	return nil
}
