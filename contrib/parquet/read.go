package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	pq "github.com/parquet-go/parquet-go"

	"github.com/wandgo/wandgo/api"
)

// batch is how many rows are decoded together.
const batch = 256

// Read yields the rows of a Parquet file in their order: with the columns in keys, of the rows that
// have all of them, or all columns if keys is empty. A value that is missing is not in the row.
// Integers are int64, other numbers float64, NaN and infinities among them. A group is a
// map[string]any and a list is []any.
//
// It is an api.ParquetReader. It blocks on reads of file, and has one batch of rows in memory. The
// error that ends the rows is that of file, or says that the file is damaged.
func Read(file io.ReaderAt, size int64, keys []string) iter.Seq2[api.Row, error] {
	return func(yield func(api.Row, error) bool) {
		if err := read(file, size, keys, yield); err != nil {
			yield(nil, fmt.Errorf("read parquet file: %w", err))
		}
	}
}

// read returns nil if the loop ended.
func read(file io.ReaderAt, size int64, keys []string, yield func(api.Row, error) bool) error {
	var r *pq.GenericReader[map[string]any]
	err := guard(func() error {
		if err := checkFooter(file, size); err != nil {
			return err
		}
		f, err := pq.OpenFile(file, size, pq.SkipPageIndex(true), pq.SkipBloomFilters(true))
		if err != nil {
			return err
		}
		if schema, ok := project(f, keys); ok {
			r = pq.NewGenericReader[map[string]any](f, schema)
		}
		return nil
	})
	if err != nil || r == nil { // no row has all keys
		return err
	}
	defer r.Close()
	objects := make([]map[string]any, batch)
	for {
		for i := range objects {
			objects[i] = map[string]any{}
		}
		n := 0
		err := guard(func() (err error) {
			n, err = r.Read(objects)
			return err
		})
		for _, object := range objects[:n] {
			row := rowOf(object)
			if len(keys) > 0 && slices.ContainsFunc(keys, func(key string) bool { _, ok := row[key]; return !ok }) {
				continue
			}
			if !yield(row, nil) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// frame is how much of a file is not rows or footer: the mark at both ends, and the length of the footer.
const frame = 12

// checkFooter returns an error if the footer is longer than the file: the library allocates what the file
// says, up to 4 GB, before it reads.
func checkFooter(file io.ReaderAt, size int64) error {
	var end [8]byte
	if size < frame {
		return fmt.Errorf("damaged: it has %d bytes", size)
	}
	if _, err := file.ReadAt(end[:], size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if n := int64(binary.LittleEndian.Uint32(end[:])); n > size-frame {
		return fmt.Errorf("damaged: a footer of %d bytes in a file of %d", n, size)
	}
	return nil
}

// guard turns a panic into an error: the library panics on some damaged files.
func guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: %v", p)
		}
	}()
	return call()
}

// project returns the schema with only the columns in keys, and whether the file has them all.
func project(f *pq.File, keys []string) (*pq.Schema, bool) {
	if len(keys) == 0 {
		return f.Schema(), true
	}
	group := pq.Group{}
	for _, field := range f.Schema().Fields() {
		if slices.Contains(keys, field.Name()) {
			group[field.Name()] = field
		}
	}
	for _, key := range keys {
		if group[key] == nil {
			return nil, false
		}
	}
	return pq.NewSchema(f.Schema().Name(), group), true
}

// rowOf returns a decoded row without what is null, and with the types of rows.
func rowOf(object map[string]any) api.Row {
	row := make(api.Row, len(object))
	for key, value := range object {
		if value = plain(value); value != nil {
			row[key] = value
		}
	}
	return row
}

func plain(value any) any {
	switch v := value.(type) {
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return float64(v)
	case float32:
		return float64(v)
	case []byte:
		return string(v)
	case map[string]any:
		return map[string]any(rowOf(v))
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i])
		}
		return list
	}
	return value
}
