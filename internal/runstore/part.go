package runstore

import (
	"bytes"
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
)

// part is a stretch of a log, or of the rows of a run that has no log.
type part struct {
	// from is where the part begins, begin the place of its first record, -1 if there is
	// none, and to where the next part begins.
	from, to journal.Position
	begin    int64
	// rows are the history, events the system metrics.
	rows, events table
	// rare are the records that the run's state is made of, in wire form. summary is what
	// the stretch sets in the summary, in order.
	rare    [][]byte
	summary []change
	// artifacts are the artifacts that the run logs.
	artifacts []artifactAt
	// console counts the pieces of the console's output, newlines the line ends in them.
	console, newlines int
	// skipped is the damage between the records of the part, tail that after the last.
	skipped, tail []journal.Skipped
	skippedTotal  int64
	// first and last are the numbers of its first and last record, 0 if there is none, and
	// missing is how many numbers between them no record has.
	first, last, missing int64

	// mu guards the columns' values. Everything else of a part that is in use does not
	// change.
	mu sync.Mutex
	// whole is the part of whose rows this one has the first, nil if it has all.
	whole *part
	// index is the file that has the values, nil if only the log does.
	index io.ReaderAt
}

// tables are the two tables of a part.
func (p *part) tables() []*table { return []*table{&p.rows, &p.events} }

// columns are those of both tables.
func (p *part) columns() iter.Seq[*column] {
	return func(yield func(*column) bool) {
		for _, t := range p.tables() {
			for i := range t.columns {
				if !yield(&t.columns[i]) {
					return
				}
			}
		}
	}
}

// drop releases the memory of the columns.
func (p *part) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.columns() {
		c.values, c.rows = nil, nil
	}
}

// keep takes the columns that are in memory from the same part, read before.
func (p *part) keep(old *part) {
	old.mu.Lock()
	defer old.mu.Unlock()
	for i, t := range p.tables() {
		for k := range t.columns {
			c := &old.tables()[i].columns[k]
			t.columns[k].values, t.columns[k].rows = c.values, c.rows
		}
	}
}

// change is the last change of the summary at a path: the JSON, nil if it is removed.
type change struct {
	path  []string
	value []byte
	seq   int // how late it was made
}

// bytes returns the size of the columns in memory.
func (p *part) bytes() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for c := range p.columns() {
		n += 8*cap(c.values) + 4*cap(c.rows)
	}
	return int64(n)
}

// builder makes a part out of records.
type builder struct {
	part    *part
	scan    wire.ItemScanner
	decoder wire.Decoder
	entry   wire.Entry
	// offset is where the record at hand begins.
	offset int64
	name   []byte
	// sums are the places of the part's changes of the summary, by path.
	sums table
	seq  int
}

func newBuilder() *builder {
	b := &builder{part: &part{begin: -1}}
	b.part.rows.last, b.part.events.last, b.sums.last = -1, -1, -1
	return b
}

// record adds a record of a log. An error means that it is none.
func (b *builder) record(offset int64, payload []byte) error {
	b.offset = offset
	kind, body, err := wire.Peek(payload)
	if err != nil {
		return err
	}
	switch kind {
	case wire.KindHistory:
		return b.row(body)
	case wire.KindSummary:
		err := b.scan.Scan(kind, body, b.sum)
		b.sums.endRow()
		return err
	}
	if err := b.decoder.Decode(&b.entry, payload); err != nil {
		return err
	}
	switch body := b.entry.Body.(type) {
	case *record.Artifact:
		b.part.artifacts = append(b.part.artifacts, artifactAt{body.ClientID, offset})
	case *record.Stats:
		b.event(body)
	case *record.OutputRaw:
		b.output(body.Text)
	case *record.OutputLogger:
		b.output(body.Text)
	case *record.Run, *record.Header, *record.Config, *record.Metric, *record.Telemetry, *record.Environment,
		*record.Exit, *record.Preempting, *record.Alert:
		b.part.rare = append(b.part.rare, bytes.Clone(payload))
	}
	return nil
}

func (b *builder) output(text string) {
	b.part.console++
	b.part.newlines += strings.Count(text, "\n")
}

func (b *builder) row(body []byte) error {
	t := &b.part.rows
	err := b.scan.Scan(wire.KindHistory, body, b.item)
	if err != nil && t.last < 0 {
		return err // it is not a row at all
	}
	if step := t.at([]byte(KeyStep)); len(t.columns[step].values) == 0 || !t.has(step) {
		t.set(step, float64(b.scan.Step))
	}
	t.endRow()
	return err
}

// number counts a record with a number, 0 if it has none.
func (p *part) number(n int64) {
	if p.last > 0 && n > p.last {
		p.missing += n - p.last - 1
	}
	if p.first == 0 {
		p.first = n
	}
	p.last = n
}

// missingBefore is how many records are missing between two parts.
func (p *part) missingBefore(next *part) int64 {
	if p.last == 0 || next.first == 0 {
		return 0
	}
	return max(0, next.first-p.last-1)
}

// has reports whether the row at hand has a number in a column.
func (t *table) has(i int) bool {
	c := &t.columns[i]
	if c.rows == nil {
		return len(c.values) > t.rows
	}
	return len(c.rows) > 0 && int(c.rows[len(c.rows)-1]) == t.rows
}

// item adds the item at hand of a row.
func (b *builder) item() {
	b.value(b.key(), b.scan.Value)
}

// key returns the name of the item at hand: nested keys are joined with dots.
func (b *builder) key() []byte {
	if len(b.scan.Nested) == 0 {
		return b.scan.Key
	}
	b.name = append(b.name[:0], b.scan.Nested[0]...)
	for _, k := range b.scan.Nested[1:] {
		b.name = append(append(b.name, '.'), k...)
	}
	return b.name
}

// value adds a value of the row at hand.
func (b *builder) value(name, value []byte) {
	t := &b.part.rows
	if f, ok := parseNumber(value); ok {
		t.set(t.at(name), f)
		return
	}
	switch {
	case len(value) == 0 || string(value) == "null":
	case value[0] == '{':
		b.object(slices.Clone(name), value)
	case value[0] == '"' && bytes.HasSuffix(name, []byte("._type")) && len(name) > len("._type"):
		text, _, _ := jsonx.Unquote(nil, value)
		t.refer(t.at(name[:len(name)-len("._type")]), string(text), b.offset)
	default:
		t.refer(t.at(name), "", b.offset)
	}
}

// object adds media as one value, and any other object by its members.
func (b *builder) object(name, value []byte) {
	if !jsonx.Valid(value) {
		return
	}
	if begin, end := jsonx.Find(value, "_type"); begin >= 0 && end > begin && value[begin] == '"' {
		text, _, _ := jsonx.Unquote(nil, value[begin:end])
		b.part.rows.refer(b.part.rows.at(name), string(text), b.offset)
		return
	}
	jsonx.EachMember(value, 0, func(key, keyEnd, at int) int {
		end := jsonx.Skip(value, at, 0)
		if end >= 0 {
			member, _, _ := jsonx.Unquote(append(slices.Clone(name), '.'), value[key:keyEnd])
			b.value(member, value[at:end])
		}
		return end
	})
}

// event adds a sample of system metrics.
func (b *builder) event(s *record.Stats) {
	if s.Type != 0 {
		return
	}
	t := &b.part.events
	t.set(t.at([]byte(KeyTimestamp)), Seconds(s.Timestamp))
	for i := range s.Items {
		if f, ok := parseNumber(s.Items[i].Value); ok {
			t.set(t.at([]byte(s.Items[i].Key)), f)
		}
	}
	t.endRow()
}

// sum notes a change of the summary. Only the last at each path matters: what an earlier
// one did to its path and below, the later does again.
func (b *builder) sum() {
	key := b.scan.Key
	if len(b.scan.Nested) > 0 {
		b.name = b.name[:0]
		for _, k := range b.scan.Nested {
			b.name = append(append(b.name, 0), k...)
		}
		key = b.name
	}
	i := b.sums.at(key)
	if i == len(b.part.summary) {
		path := []string{string(key)}
		if len(b.scan.Nested) > 0 {
			path = strings.Split(string(key[1:]), "\x00")
		}
		b.part.summary = append(b.part.summary, change{path: path})
	}
	b.seq++
	c := &b.part.summary[i]
	if c.seq = b.seq; b.scan.Removed {
		c.value = nil
		return
	}
	if c.value == nil {
		c.value = []byte{}
	}
	c.value = append(c.value[:0], b.scan.Value...)
}

// finish returns the part.
func (b *builder) finish() *part {
	slices.SortFunc(b.part.summary, func(x, y change) int { return cmp.Compare(x.seq, y.seq) })
	b.part.rows.finish()
	b.part.events.finish()
	return b.part
}

// joinParts returns a part with what two neighbors have, whose columns are in memory.
func joinParts(a, b *part) *part {
	out := &part{
		from: a.from, to: b.to, begin: a.begin,
		rows: join(&a.rows, &b.rows), events: join(&a.events, &b.events),
		rare: slices.Concat(a.rare, b.rare), artifacts: slices.Concat(a.artifacts, b.artifacts), console: a.console + b.console, newlines: a.newlines + b.newlines,
		skipped: slices.Concat(a.skipped, b.skipped), skippedTotal: a.skippedTotal + b.skippedTotal, tail: b.tail,
		first: cmp.Or(a.first, b.first), last: cmp.Or(b.last, a.last), missing: a.missing + a.missingBefore(b) + b.missing,
	}
	if out.begin < 0 {
		out.begin = b.begin
	}
	later := make(map[string]bool, len(b.summary))
	for _, c := range b.summary {
		later[strings.Join(c.path, "\x00")] = true
	}
	for _, c := range a.summary {
		if !later[strings.Join(c.path, "\x00")] {
			out.summary = append(out.summary, c)
		}
	}
	out.summary = append(out.summary, b.summary...)
	return out
}
