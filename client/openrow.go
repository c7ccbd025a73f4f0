package client

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/metric"
)

// openRow gathers metrics of one step until the row is closed. It holds copies,
// as their owner may change the originals meanwhile.
type openRow struct {
	values    map[string]any // nil when there is no open row
	timestamp float64        // of the last merge
}

func (o *openRow) empty() bool { return o.values == nil }

// merge adds the metrics of row. Values of the same key are replaced; objects,
// whether of maps or of structs, are merged key by key, and empty ones change
// nothing. What cannot be encoded is left out and named. A _timestamp of the
// program's own is that of the call that gave it, like the row's.
func (o *openRow) merge(enc *history.Encoder, row map[string]any, now time.Time) error {
	if o.values == nil {
		o.values = make(map[string]any, len(row))
	}
	o.timestamp = unixSeconds(now)
	delete(o.values, "_timestamp")
	return mergeInto(o.values, enc, row, "", nil)
}

// take returns the row and closes it.
func (o *openRow) take() (map[string]any, float64) {
	values, timestamp := o.values, o.timestamp
	*o = openRow{}
	return values, timestamp
}

// mergeInto merges row, which is at the path prefix, below the maps above. A map that
// contains itself is found at once: with two ways around, a limit on the depth alone
// would be reached after 2^100 steps.
func mergeInto(dst map[string]any, enc *history.Encoder, row map[string]any, prefix string, above []uintptr) error {
	self := reflect.ValueOf(row).Pointer()
	if len(above) > history.MaxDepth || slices.Contains(above, self) {
		return badMetric(strings.TrimSuffix(prefix, "."), "is nested too deeply, or contains itself")
	}
	above = append(above, self)
	var bad []error
	for key, v := range row {
		switch v := v.(type) {
		case nil, bool, string, float64, float32, int, int64, int32, int16, int8, uint, uint64, uint32, uint16, uint8:
			dst[key] = v
		case map[string]any:
			if err := mergeObject(dst, enc, key, v, prefix, above); err != nil {
				bad = append(bad, err)
			}
		default:
			text, err := enc.AppendValue(nil, v)
			if err != nil {
				bad = append(bad, badMetric(prefix+key, "cannot be logged: "+reason(err)))
			}
			switch {
			case len(text) == 0:
			case text[0] != '{':
				dst[key] = history.Encoded(text)
			default: // a struct, or a map of another type
				object, err := metric.ParseObject(text)
				if err == nil { // always: the encoder wrote it
					err = mergeObject(dst, enc, key, object, prefix, above)
				}
				if err != nil {
					bad = append(bad, err)
				}
			}
		}
	}
	return errors.Join(bad...)
}

// mergeObject merges an object into what dst has of the key.
func mergeObject(dst map[string]any, enc *history.Encoder, key string, object map[string]any, prefix string, above []uintptr) error {
	below, ok := dst[key].(map[string]any)
	if !ok {
		below = make(map[string]any, len(object))
	}
	err := mergeInto(below, enc, object, prefix+key+".", above)
	if len(below) > 0 { // an empty object is nothing, and takes nothing's place
		dst[key] = below
	}
	return err
}

// badMetric names what is wrong with the metric at a path.
func badMetric(path, rule string) error {
	if len(path) > maxPath { // of a map that contains itself
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	return &errors.InputError{Field: "metric \"" + path + "\"", Rule: rule}
}

// maxPath bounds the path that an error names, in bytes.
const maxPath = 200

// reason is why a value could not be encoded.
func reason(err error) string {
	if row, ok := errors.AsType[*history.RowError](err); ok {
		return row.Keys[0].Err.Error()
	}
	return err.Error()
}
