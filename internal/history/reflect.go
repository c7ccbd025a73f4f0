package history

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// appendReflect appends a value of a type that appendAny does not list.
func (e *Encoder) appendReflect(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if !v.IsValid() {
		return append(dst, "null"...), nil
	}
	info := e.info(v.Type())
	if info.form == formMedia && isNil(v) {
		return dst, &unsupportedError{typ: "nil " + v.Type().String()}
	}
	if info.form != formByKind && v.CanInterface() && !isNil(v) {
		switch info.form {
		case formSpecial:
			return e.appendAny(dst, v.Interface(), depth)
		case formImage:
			return dst, &unsupportedError{v.Type().String(), useImage}
		case formMedia:
			return e.appendMedia(dst, v)
		}
		if m, ok := valueAs[json.Marshaler](v); ok {
			return e.appendMarshaled(dst, m, depth)
		}
		if m, ok := valueAs[encoding.TextMarshaler](v); ok {
			return appendMarshaledText(dst, m.MarshalText)
		}
		// Only the value's address has the method, and v is not addressable.
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(dst, v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return jsonx.AppendUint(dst, v.Uint()), nil
	case reflect.Float32:
		return jsonx.AppendFloat(dst, v.Float(), 32), nil
	case reflect.Float64:
		return jsonx.AppendFloat(dst, v.Float(), 64), nil
	case reflect.String:
		return jsonx.AppendString(dst, v.String()), nil
	case reflect.Interface:
		return e.appendReflect(dst, v.Elem(), depth)
	case reflect.Pointer:
		return e.appendPointer(dst, v, depth)
	case reflect.Map:
		return e.appendMap(dst, v, depth)
	case reflect.Slice:
		return e.appendSlice(dst, v, depth)
	case reflect.Array:
		return e.appendElements(dst, v, depth)
	case reflect.Struct:
		return e.appendStruct(dst, v, info, depth)
	default:
		return lastResort(dst, v)
	}
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

func (e *Encoder) appendPointer(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if err := e.enter(referenceTo(v), depth); err != nil {
		return dst, err
	}
	dst, err := e.appendReflect(dst, v.Elem(), depth+1)
	e.leave()
	return dst, err
}

func (e *Encoder) appendSlice(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(dst, "null"...), nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 && formOf(v.Type().Elem()) == formByKind {
		return appendBinary(dst, v.Bytes(), v.Type().String())
	}
	if v.Len() == 0 {
		return append(dst, '[', ']'), nil
	}
	if err := e.enter(referenceTo(v), depth); err != nil {
		return dst, err
	}
	dst, err := e.appendElements(dst, v, depth)
	e.leave()
	return dst, err
}

// appendElements appends a list. One bad element costs the whole list, because leaving
// it out would move the others.
func (e *Encoder) appendElements(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return dst, ErrTooDeep
	}
	switch list, err := e.mediaIn(v); {
	case err != nil:
		return dst, err
	case list != nil:
		return e.Media(dst, e.path, list, true)
	}
	e.inList++
	defer func() { e.inList-- }()
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		elem := v.Index(i)
		var err error
		if elem.Kind() == reflect.Interface && elem.CanInterface() {
			dst, err = e.appendAny(dst, elem.Interface(), depth+1)
		} else {
			dst, err = e.appendReflect(dst, elem, depth+1)
		}
		if err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

func (e *Encoder) appendStruct(dst []byte, v reflect.Value, info *typeInfo, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return dst, ErrTooDeep
	}
	if len(info.fields) == 0 && v.NumField() > 0 {
		if out, err := lastResort(dst, v); err == nil {
			return out, nil
		}
	}
	dst = append(dst, '{')
	for _, f := range info.fields {
		fv, ok := fieldByIndex(v, f.index)
		if !ok || f.omitEmpty && isEmpty(fv) || f.omitZero && isZero(fv) {
			continue
		}
		mark := len(dst)
		dst = append(dst, f.quoted...)
		begin := len(dst)
		e.path = append(e.path, f.name)
		var err error
		dst, err = e.appendReflect(dst, fv, depth+1)
		e.path = e.path[:len(e.path)-1]
		if err == nil && f.asString && string(dst[begin:]) != "null" {
			dst = jsonx.AppendString(dst[:begin], string(dst[begin:]))
		}
		dst = e.endEntry(dst, mark, begin, f.name, err)
	}
	return closeObject(dst), nil
}

// fieldByIndex is like the method of [reflect.Value], but reports false for a nil
// pointer on the way instead of panicking.
func fieldByIndex(v reflect.Value, index []int) (reflect.Value, bool) {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isZero calls the value's own IsZero method if it has one, as encoding/json does.
func isZero(v reflect.Value) (zero bool) {
	z, ok := valueAs[interface{ IsZero() bool }](v)
	if !ok || isNil(v) {
		return v.IsZero()
	}
	defer func() {
		if recover() != nil {
			zero = false // the value is written
		}
	}()
	return z.IsZero()
}

// appendMap appends a map whose keys can be text, sorted by key.
func (e *Encoder) appendMap(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if err := e.enter(referenceTo(v), depth); err != nil {
		return dst, err
	}
	defer e.leave()
	type entry struct {
		key   string
		value reflect.Value
	}
	entries := make([]*entry, 0, v.Len()) // pointers share the code that sorts with others
	for it := v.MapRange(); it.Next(); {
		key, err := mapKey(it.Key())
		if err != nil {
			return dst, err
		}
		entries = append(entries, &entry{key, it.Value()})
	}
	slices.SortFunc(entries, func(a, b *entry) int { return strings.Compare(a.key, b.key) })
	dst = append(dst, '{')
	for _, en := range entries {
		mark := len(dst)
		dst = append(jsonx.AppendString(dst, en.key), ':')
		begin := len(dst)
		e.path = append(e.path, en.key)
		var err error
		dst, err = e.appendReflect(dst, en.value, depth+1)
		e.path = e.path[:len(e.path)-1]
		dst = e.endEntry(dst, mark, begin, en.key, err)
	}
	return closeObject(dst), nil
}

// mapKey returns a map's key as text, by the rules of encoding/json.
func mapKey(k reflect.Value) (string, error) {
	if k.Kind() == reflect.String {
		return k.String(), nil
	}
	if m, ok := valueAs[encoding.TextMarshaler](k); ok {
		if isNil(k) {
			return "", nil
		}
		text, err := callMarshaler(m.MarshalText)
		return string(text), err
	}
	switch k.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(k.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(k.Uint(), 10), nil
	case reflect.Interface:
		if !k.IsNil() {
			return mapKey(k.Elem())
		}
	}
	return "", &unsupportedError{typ: "map with keys of type " + k.Type().String()}
}

// lastResort appends a value that has no other form as the text that its Error or
// String method returns.
func lastResort(dst []byte, v reflect.Value) ([]byte, error) {
	if isNil(v) {
		return append(dst, "null"...), nil
	}
	if m, ok := valueAs[error](v); ok {
		return appendMarshaledText(dst, textOf(m.Error))
	}
	if m, ok := valueAs[fmt.Stringer](v); ok {
		return appendMarshaledText(dst, textOf(m.String))
	}
	return dst, &unsupportedError{typ: v.Type().String()}
}

// textOf returns a method that returns a string as the method of a TextMarshaler.
func textOf(method func() string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(method()), nil }
}

// valueAs returns v, or its address, as a T.
func valueAs[T any](v reflect.Value) (T, bool) {
	var zero T
	if !v.CanInterface() {
		return zero, false
	}
	if t, ok := reflect.TypeAssert[T](v); ok || !v.CanAddr() {
		return t, ok
	}
	return reflect.TypeAssert[T](v.Addr())
}

// appendMarshaled appends the JSON that a method returns. It is parsed and written
// again, so that its numbers and empty objects have the same form as elsewhere.
func (e *Encoder) appendMarshaled(dst []byte, m json.Marshaler, depth int) ([]byte, error) {
	raw, err := callMarshaler(m.MarshalJSON)
	if err != nil {
		return dst, err
	}
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	if !json.Valid(raw) { // a Decoder would stop after the first value
		return dst, fmt.Errorf("%w: it returned invalid JSON", ErrMarshaler)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return dst, fmt.Errorf("%w: %w", ErrMarshaler, err)
	}
	return e.appendAny(dst, v, depth)
}

func appendMarshaledText(dst []byte, method func() ([]byte, error)) ([]byte, error) {
	text, err := callMarshaler(method)
	if err != nil {
		return dst, err
	}
	return jsonx.AppendQuoted(dst, text), nil
}

// callMarshaler calls a method of the user's type. A panic in it costs the key and not
// the program.
func callMarshaler(method func() ([]byte, error)) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v", ErrMarshaler, p)
		}
	}()
	out, err = method()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMarshaler, err)
	}
	return out, nil
}
