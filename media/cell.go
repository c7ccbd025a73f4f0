package media

import (
	"encoding"
	"encoding/json"
	"image"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wandgo/wandgo/internal/media"
)

// maxCellDepth is how deeply a cell may nest.
const maxCellDepth = 32

// cellOf returns what a table keeps of a cell, which does not change later: nil, a bool, a
// string, an int64, a uint64, a float64, a time.Time, a []any, a map[string]any or a
// cellMedia.
func cellOf(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, float64, int64, uint64, time.Time:
		return v, nil
	case int:
		return int64(v), nil
	case float32:
		return widen(v), nil
	case time.Duration:
		return v.Seconds(), nil
	case media.Holding:
		return cellOfMedia(v)
	case image.Image:
		if nilPointer(reflect.ValueOf(v)) {
			return nil, nil
		}
		return nil, invalid("cell", "a %T cannot be in a table; use media.Image", v)
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i, nil
		}
		return v.Float64()
	}
	if depth > maxCellDepth {
		return nil, invalid("cell", "must not nest more than %d deep", maxCellDepth)
	}
	rv := reflect.ValueOf(v)
	if m, ok := v.(encoding.TextMarshaler); ok && !nilPointer(rv) {
		text, err := m.MarshalText()
		return string(text), err
	}
	return cellByKind(rv, depth)
}

func nilPointer(v reflect.Value) bool { return v.Kind() == reflect.Pointer && v.IsNil() }

// widen keeps the digits that a float32 is written with.
func widen(f float32) float64 {
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil { // never: strconv wrote it
		return float64(f)
	}
	return wide
}

func cellByKind(v reflect.Value, depth int) (any, error) {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if u := v.Uint(); u > math.MaxInt64 {
			return u, nil
		}
		return int64(v.Uint()), nil //nolint:gosec // checked above
	case reflect.Float32:
		return widen(float32(v.Float())), nil
	case reflect.Float64:
		return v.Float(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		return cellOf(v.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		return cellOfList(v, depth)
	case reflect.Map:
		return cellOfMap(v, depth)
	case reflect.Struct:
		return cellOfStruct(v, depth)
	}
	return nil, invalid("cell", "a %s cannot be in a table", v.Type())
}

func cellOfList(v reflect.Value, depth int) (any, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil, nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil, invalid("cell", "a %s cannot be in a table; use media.Image, or a string for text", v.Type())
	}
	list := make([]any, v.Len())
	for i := range list {
		var err error
		if list[i], err = cellOf(v.Index(i).Interface(), depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func cellOfMap(v reflect.Value, depth int) (any, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, invalid("cell", "a %s cannot be in a table: its keys are not strings", v.Type())
	}
	if v.IsNil() {
		return nil, nil
	}
	object := make(map[string]any, v.Len())
	for it := v.MapRange(); it.Next(); {
		below, err := cellOf(it.Value().Interface(), depth+1)
		if err != nil {
			return nil, err
		}
		object[it.Key().String()] = below
	}
	return object, nil
}

func cellOfStruct(v reflect.Value, depth int) (any, error) {
	if reflect.PointerTo(v.Type()).Implements(reflect.TypeFor[media.Holding]()) {
		return nil, invalid("cell", "a %s cannot be in a table; use the pointer that the function of package media returns", v.Type())
	}
	fields := fieldsOf(v.Type())
	if len(fields) == 0 {
		return nil, invalid("cell", "a %s cannot be in a table", v.Type())
	}
	object := make(map[string]any, len(fields))
	for _, f := range fields {
		below, err := cellOf(v.FieldByIndex(f.index).Interface(), depth+1)
		if err != nil {
			return nil, err
		}
		object[f.name] = below
	}
	return object, nil
}

// tableField is a field of a struct that becomes a column.
type tableField struct {
	name  string
	index []int
}

// fieldsOf are the exported fields of a struct, under the names of their json tags.
func fieldsOf(t reflect.Type) []tableField {
	var fields []tableField
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || f.Anonymous || name == "-" || len(f.Index) > 1 && throughPointer(t, f.Index) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if !slices.ContainsFunc(fields, func(g tableField) bool { return g.name == name }) {
			fields = append(fields, tableField{name, f.Index})
		}
	}
	return fields
}

// throughPointer reports whether a field is in an embedded pointer, which may be nil.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// cellMedia is a value of this package that can be in a cell.
type cellMedia interface {
	media.Value
	// class is the name that the run's file has in place of the value.
	class() string
	// columnType is the type of a column with the value.
	columnType() *columnType
	// inArtifact adds the files to an artifact, and returns what its table has.
	inArtifact(*entries) (map[string]any, error)
}

func cellOfMedia(v media.Holding) (any, error) {
	h := media.Of(v)
	if h == nil {
		return nil, nil
	}
	held, err := media.Held(h)
	if err != nil {
		return nil, err
	}
	cell, ok := held.(cellMedia)
	if !ok {
		return nil, invalid("cell", "a %T cannot be in a table", v)
	}
	return cell, nil
}
