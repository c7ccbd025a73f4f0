package media

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
)

// TableOf returns a table with a row for each struct. Its columns are the exported fields,
// under the names of their json tags, without those tagged "-". A row that does not fit is
// an error, as with [Table.AddRow].
func TableOf[T any](rows []T) (*Table, error) {
	t := reflect.TypeFor[T]()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil, invalid("table", "must be made of structs; %s is not a struct", t)
	}
	fields := fieldsOf(t)
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	table := NewTable(names...)
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() == reflect.Pointer {
			return nil, invalid("table", "row %d is nil", i)
		}
		cells := make([]any, len(fields))
		for j, f := range fields {
			cells[j] = v.FieldByIndex(f.index).Interface()
		}
		if err := table.AddRow(cells...); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return table, nil
}

// ReadCSV returns the table of a CSV file, whose first line has the names of the columns. A
// column all of whose cells are numbers has numbers, and empty cells of it are nil; every
// other column has text. At most [MaxArtifactRows] rows are read; more are an error.
func ReadCSV(r io.Reader) (*Table, error) {
	reader := csv.NewReader(r)
	names, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("read CSV: %w", err)
	}
	var lines [][]string
	numeric := make([]bool, len(names))
	for i := range numeric {
		numeric[i] = true
	}
	for {
		line, err := reader.Read() // as many cells as names
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read CSV: %w", err)
		}
		if len(lines) == MaxArtifactRows {
			return nil, invalid("CSV", "has more than %d rows", MaxArtifactRows)
		}
		for i, text := range line {
			_, err := strconv.ParseFloat(text, 64)
			numeric[i] = numeric[i] && (err == nil || text == "")
		}
		lines = append(lines, line)
	}
	table := NewTable(names...)
	for _, line := range lines {
		cells := make([]any, len(line))
		for i, text := range line {
			cells[i] = csvCell(text, numeric[i])
		}
		if err := table.AddRow(cells...); err != nil {
			return nil, err
		}
	}
	return table, nil
}

func csvCell(text string, numeric bool) any {
	switch {
	case !numeric:
		return text
	case text == "":
		return nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	f, _ := strconv.ParseFloat(text, 64) // it was parsed before
	return f
}
