package wire

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// begin starts a message within a message; end completes it. The length is put
// in afterwards, which spares a second pass over what is written.
func begin(dst []byte, num protowire.Number) (out []byte, mark int) {
	dst = protowire.AppendTag(dst, num, protowire.BytesType)
	return dst, len(dst)
}

func end(dst []byte, mark int) []byte {
	n := len(dst) - mark
	size := protowire.SizeVarint(uint64(n)) //nolint:gosec // a length
	var room [10]byte
	dst = append(dst, room[:size]...)
	copy(dst[mark+size:], dst[mark:mark+n])
	protowire.AppendVarint(dst[:mark], uint64(n)) //nolint:gosec // a length
	return dst
}

// appendString leaves an empty string out. The official client refuses a whole
// record for one byte that is not UTF-8.
func appendString(dst []byte, num protowire.Number, s string) []byte {
	if s == "" {
		return dst
	}
	return appendElem(dst, num, s)
}

// appendElem is appendString for elements of a list, where empty ones count.
func appendElem(dst []byte, num protowire.Number, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	dst = protowire.AppendTag(dst, num, protowire.BytesType)
	return protowire.AppendString(dst, s)
}

func appendBytes(dst []byte, num protowire.Number, b []byte) []byte {
	if len(b) == 0 {
		return dst
	}
	if !utf8.Valid(b) {
		return appendString(dst, num, string(b))
	}
	dst = protowire.AppendTag(dst, num, protowire.BytesType)
	return protowire.AppendBytes(dst, b)
}

func appendInt(dst []byte, num protowire.Number, v int64) []byte {
	return appendUint(dst, num, uint64(v)) //nolint:gosec // two's complement is the wire form
}

func appendUint(dst []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, num, protowire.VarintType)
	return protowire.AppendVarint(dst, v)
}

func appendBool(dst []byte, num protowire.Number, v bool) []byte {
	if !v {
		return dst
	}
	return appendUint(dst, num, 1)
}

func appendDouble(dst []byte, num protowire.Number, v float64) []byte {
	if v == 0 && !math.Signbit(v) {
		return dst
	}
	dst = protowire.AppendTag(dst, num, protowire.Fixed64Type)
	return protowire.AppendFixed64(dst, math.Float64bits(v))
}

func appendTime(dst []byte, num protowire.Number, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	dst, mark := begin(dst, num)
	dst = appendInt(dst, 1, t.Unix())
	dst = appendInt(dst, 2, int64(t.Nanosecond()))
	return end(dst, mark)
}

// fields goes through the fields of a message. After next has said false, ok
// says whether the message was well formed.
type fields struct {
	rest []byte
	num  protowire.Number
	typ  protowire.Type
	val  uint64 // of a number
	data []byte // of text or a message
	raw  []byte // the field with its tag
	ok   bool
}

func fieldsOf(b []byte) fields { return fields{rest: b, ok: true} }

func (f *fields) next() bool {
	if len(f.rest) == 0 || !f.ok {
		return false
	}
	num, typ, n := protowire.ConsumeTag(f.rest)
	if n < 0 {
		f.ok = false
		return false
	}
	f.num, f.typ, f.val, f.data = num, typ, 0, nil
	body := f.rest[n:]
	var m int
	switch typ {
	case protowire.VarintType:
		f.val, m = protowire.ConsumeVarint(body)
	case protowire.BytesType:
		f.data, m = protowire.ConsumeBytes(body)
	case protowire.Fixed64Type:
		f.val, m = protowire.ConsumeFixed64(body)
	default:
		m = protowire.ConsumeFieldValue(num, typ, body)
	}
	if m < 0 {
		f.ok = false
		return false
	}
	f.raw, f.rest = f.rest[:n+m], f.rest[n+m:]
	return true
}

// The values of a field that has another type than expected are zero.

func (f *fields) str() string { return string(f.data) }

func (f *fields) uint() uint64 {
	if f.typ != protowire.VarintType {
		return 0
	}
	return f.val
}

func (f *fields) int() int64   { return int64(f.uint()) } //nolint:gosec // two's complement is the wire form
func (f *fields) int32() int32 { return int32(f.uint()) } //nolint:gosec // as protobuf reads an int32
func (f *fields) bool() bool   { return f.uint() != 0 }

func (f *fields) double() float64 {
	if f.typ != protowire.Fixed64Type {
		return 0
	}
	return math.Float64frombits(f.val)
}

// time reads a timestamp. Nanoseconds out of range carry over, as they would in
// any clock.
func (f *fields) time() (t time.Time, ok bool) {
	var sec, nano int64
	in := fieldsOf(f.data)
	for in.next() {
		switch in.num {
		case 1:
			sec = in.int()
		case 2:
			nano = int64(in.int32())
		}
	}
	return time.Unix(sec, nano).UTC(), in.ok
}
