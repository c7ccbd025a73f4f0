package tfevents

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/errors"
)

// errMessage means that bytes are no protobuf message.
var errMessage = errors.New("not a protobuf message")

// field is one field of a protobuf message. Depending on its type, it has bytes or a number.
type field struct {
	num   protowire.Number
	typ   protowire.Type
	bits  uint64 // of a varint, or a number of 4 or 8 bytes
	bytes []byte
}

// eachField calls do with each field of a message. Groups are skipped.
func eachField(message []byte, do func(field) error) error {
	for len(message) > 0 {
		num, typ, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errMessage
		}
		message = message[n:]
		f := field{num: num, typ: typ}
		n = f.consume(message)
		if n < 0 {
			return errMessage
		}
		message = message[n:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// consume reads the value of a field, and returns its length, which is negative if there is none.
func (f *field) consume(data []byte) (n int) {
	switch f.typ {
	case protowire.VarintType:
		f.bits, n = protowire.ConsumeVarint(data)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(data)
		f.bits = uint64(v)
	case protowire.Fixed64Type:
		f.bits, n = protowire.ConsumeFixed64(data)
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(data)
	default:
		n = protowire.ConsumeFieldValue(f.num, f.typ, data)
	}
	return n
}

// lookup returns the last field of a message that has a number. It is zero if there is none.
func lookup(message []byte, num protowire.Number) (found field, err error) {
	err = eachField(message, func(f field) error {
		if f.num == num {
			found = f
		}
		return nil
	})
	return found, err
}

func (f field) float32() float64 { return float64(math.Float32frombits(uint32(f.bits))) } //nolint:gosec // 4 bytes
func (f field) float64() float64 { return math.Float64frombits(f.bits) }
func (f field) int() int64       { return int64(f.bits) } //nolint:gosec // two's complement

// numbers appends the elements of a repeated field of numbers, packed or not.
func (f field) numbers(dst []float64, typ protowire.Type, value func(field) float64) ([]float64, error) {
	if f.typ == typ {
		if len(dst) >= maxElements {
			return nil, errMessage
		}
		return append(dst, value(f)), nil
	}
	packed := f.bytes
	for len(packed) > 0 {
		e := field{typ: typ}
		n := e.consume(packed)
		if n < 0 || len(dst) >= maxElements {
			return nil, errMessage
		}
		dst, packed = append(dst, value(e)), packed[n:]
	}
	return dst, nil
}
