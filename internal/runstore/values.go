package runstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/wandgo/wandgo/internal/journal"
	"github.com/wandgo/wandgo/internal/jsonx"
	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/record/wire"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// Value is a value of a metric that is not a number, such as a text or an image.
type Value struct {
	Row  int     `json:"row"`
	Step int64   `json:"step"`
	Time float64 `json:"time"` // in seconds since 1970, 0 if the row has none
	// Value has the types of [jsonx.Parse].
	Value any `json:"value"`
}

// Values returns up to limit values of a metric that are not numbers, in rows before a row,
// the latest first. more reports whether there are others before them.
func (r *Run) Values(ctx context.Context, metric string, before, limit int) (values []Value, more bool, err error) {
	lives := r.logLives()
	first := 0
	for i := range lives {
		first += rowsOf(lives[i].parts)
	}
	for _, l := range slices.Backward(lives) {
		first -= rowsOf(l.parts)
		older, rest, err := l.run.values(ctx, l.parts, metric, before-first, limit-len(values))
		if err != nil {
			return nil, false, err
		}
		for _, v := range older {
			v.Row, v.Step = v.Row+first, v.Step+int64(l.steps)
			values = append(values, v)
		}
		if rest {
			return values, true, nil
		}
	}
	return values, false, nil
}

// values is Values for the parts of one log.
func (r *Run) values(ctx context.Context, parts []*part, metric string, before, limit int) (values []Value, more bool, err error) {
	read, done, err := r.rowReader()
	if err != nil {
		return nil, false, err
	}
	defer done()
	first := rowsOf(parts)
	for _, p := range slices.Backward(parts) {
		first -= p.rows.rows
		c := p.rows.column(metric)
		if c == nil {
			continue
		}
		for _, at := range slices.Backward(c.at) {
			row := first + int(at.row)
			if row >= before {
				continue
			}
			if len(values) >= limit {
				return values, true, nil
			}
			if err := ctx.Err(); err != nil {
				return nil, false, fmt.Errorf("read values: %w", err)
			}
			v, err := read(journal.Position{Offset: at.offset, Moved: p.to.Moved}, metric)
			if err != nil {
				return nil, false, fmt.Errorf("read values: %w", err)
			}
			v.Row = row
			values = append(values, v)
		}
	}
	return values, false, nil
}

// rowReader returns a function that reads a value of the row at a position, and what ends
// its use.
func (r *Run) rowReader() (read func(journal.Position, string) (Value, error), done func(), err error) {
	if r.feed != nil {
		lines := r.feed.Read().History
		return func(at journal.Position, metric string) (Value, error) {
			if at.Offset >= int64(len(lines)) {
				return Value{}, ErrChanged
			}
			return valueIn([]byte(lines[at.Offset]), metric)
		}, func() {}, nil
	}
	f, err := smallfile.Open(r.dir.Journal())
	if err != nil {
		return nil, nil, fmt.Errorf("open log: %w", err)
	}
	return func(at journal.Position, metric string) (v Value, err error) {
		err = recordAt(f, at, func(payload []byte) error {
			entry, err := wire.Decode(payload)
			if err != nil {
				return err
			}
			row, ok := entry.Body.(*record.History)
			if !ok {
				return ErrChanged
			}
			var w wire.RowWriter
			line, _ := w.AppendRow(nil, row.Items)
			v, err = valueIn(line, metric)
			if v.Step < 0 {
				v.Step = row.Step
			}
			return err
		})
		return v, err
	}, func() { _ = f.Close() }, nil
}

// valueIn returns a value of a row. Its step is -1 if the row has none.
func valueIn(line []byte, metric string) (Value, error) {
	v := Value{Step: -1}
	object, err := jsonx.ParseObject(line)
	if err != nil {
		return v, fmt.Errorf("read row: %w", err)
	}
	if f, ok := number(object[KeyStep]); ok {
		v.Step = int64(f)
	}
	if f, ok := number(object[KeyTimestamp]); ok && f > 0 && f < 1e11 {
		v.Time = f
	}
	v.Value, _ = jsonx.Member(object, metric)
	return v, nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
