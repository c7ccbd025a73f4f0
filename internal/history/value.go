package history

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// appendAny appends any value, which is inside depth others. After an error the caller
// must discard the appended bytes.
func (e *Encoder) appendAny(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return jsonx.AppendString(dst, v), nil
	case float64:
		return jsonx.AppendFloat(dst, v, 64), nil
	case float32:
		return jsonx.AppendFloat(dst, float64(v), 32), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case uint64:
		return jsonx.AppendUint(dst, v), nil
	case uint:
		return jsonx.AppendUint(dst, uint64(v)), nil
	case Encoded:
		return append(dst, v...), nil
	case []byte:
		return appendBinary(dst, v, "[]byte")
	case time.Duration:
		return jsonx.AppendFloat(dst, v.Seconds(), 64), nil
	case time.Time:
		dst = append(dst, '"')
		dst = v.AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"'), nil
	case json.Number:
		if !jsonx.ValidNumber(string(v)) {
			return dst, fmt.Errorf("%w: %.40q", ErrInvalidNumber, string(v))
		}
		return jsonx.AppendNumber(dst, string(v)), nil
	case []float64:
		return appendList(dst, v, func(dst []byte, f float64) []byte { return jsonx.AppendFloat(dst, f, 64) }), nil
	case []float32:
		return appendList(dst, v, func(dst []byte, f float32) []byte { return jsonx.AppendFloat(dst, float64(f), 32) }), nil
	case []int:
		return appendList(dst, v, func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(i), 10) }), nil
	case []string:
		return appendList(dst, v, jsonx.AppendString), nil
	}
	return e.appendReflect(dst, reflect.ValueOf(v), depth)
}

// appendBinary refuses bytes: as text, pixels and other binary data would be stored as
// garbage. A nil slice is null, like nil slices of other types.
func appendBinary(dst, b []byte, typ string) ([]byte, error) {
	if b == nil {
		return append(dst, "null"...), nil
	}
	return dst, &unsupportedError{typ: typ, instead: useFile}
}

// appendList appends a list whose elements can always be written.
func appendList[T any](dst []byte, list []T, elem func([]byte, T) []byte) []byte {
	if list == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = elem(dst, v)
	}
	return append(dst, ']')
}
