package parquet

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"slices"

	pq "github.com/parquet-go/parquet-go"

	"github.com/wandgo/wandgo/api"
)

// rowGroup is how many rows a row group has. It bounds the memory of [Write].
const rowGroup = 50_000

// kind is the type of a column. A column whose values have several types has the greatest.
type kind int

const (
	unknown kind = iota
	integer
	float
	boolean
	text
)

// Write writes rows to w as a Parquet file. Each metric is an optional column: INT64 for integers,
// DOUBLE for numbers, BOOLEAN, or STRING. Lists, objects, and values of a column with several types
// are JSON in a STRING. NaN and infinities are kept, in JSON as the texts "NaN", "Infinity" and
// "-Infinity".
//
// Write goes through rows twice, since the columns must be known first. It has one row group of
// 50,000 rows in memory. It returns the error of rows or of w.
func Write(w io.Writer, rows iter.Seq2[api.Row, error]) error {
	kinds := map[string]kind{}
	for row, err := range rows {
		if err != nil {
			return err
		}
		for key, value := range row {
			kinds[key] = join(kinds[key], kindOf(value))
		}
	}
	group := pq.Group{}
	for key, k := range kinds {
		group[key] = pq.Optional(pq.Compressed(node(k), &pq.Zstd))
	}
	names := slices.Sorted(maps.Keys(kinds)) // the order of a group's columns
	out := pq.NewWriter(w, pq.NewSchema("history", group), pq.MaxRowsPerRowGroup(rowGroup))
	line := make(pq.Row, len(names))
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, name := range names {
			line[i] = pq.NullValue().Level(0, 0, i)
			value, ok := row[name]
			if !ok || value == nil {
				continue
			}
			v, err := convert(value, kinds[name])
			if err != nil {
				return fmt.Errorf("write %q of step %d: %w", name, row.Step(), err)
			}
			line[i] = v.Level(0, 1, i)
		}
		if _, err := out.WriteRows([]pq.Row{line}); err != nil {
			return fmt.Errorf("write parquet file: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write parquet file: %w", err)
	}
	return nil
}

func kindOf(value any) kind {
	switch value.(type) {
	case nil:
		return unknown
	case int64:
		return integer
	case float64:
		return float
	case bool:
		return boolean
	}
	return text
}

func join(a, b kind) kind {
	switch {
	case a == b || b == unknown:
		return a
	case a == unknown:
		return b
	case max(a, b) == float: // integers and floats
		return float
	}
	return text
}

func node(k kind) pq.Node {
	switch k {
	case integer:
		return pq.Int(64)
	case float:
		return pq.Leaf(pq.DoubleType)
	case boolean:
		return pq.Leaf(pq.BooleanType)
	}
	return pq.String()
}

func convert(value any, k kind) (pq.Value, error) {
	switch v := value.(type) {
	case int64:
		if k == float {
			return pq.DoubleValue(float64(v)), nil
		}
		if k == integer {
			return pq.Int64Value(v), nil
		}
	case float64:
		if k == float {
			return pq.DoubleValue(v), nil
		}
	case bool:
		if k == boolean {
			return pq.BooleanValue(v), nil
		}
	case string:
		return pq.ByteArrayValue([]byte(v)), nil
	}
	encoded, err := json.Marshal(finite(value))
	return pq.ByteArrayValue(encoded), err
}

// finite replaces NaN and infinities, which JSON does not have, by texts.
func finite(value any) any {
	switch v := value.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 1):
			return "Infinity"
		case math.IsInf(v, -1):
			return "-Infinity"
		}
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, value := range v {
			object[key] = finite(value)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = finite(v[i])
		}
		return list
	}
	return value
}
