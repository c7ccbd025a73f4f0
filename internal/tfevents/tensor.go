package tfevents

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wandgo/wandgo/errors"
)

// maxElements is how many numbers of a tensor are read. Histograms and scalars have few.
const maxElements = 1 << 20

// maxDimensions is how many a tensor may have; TensorFlow's have at most 254.
const maxDimensions = 255

// maxOmitted is how many elements may be missing because they are equal to the last: with
// more, a few bytes would fill the memory.
const maxOmitted = 3 * MaxBins

// errTensor means that a tensor has another type or shape than its plugin needs.
var errTensor = errors.New("not a tensor of the expected kind")

// Types of a tensor's elements, as the enum DataType has them.
const (
	typeFloat = 1 + iota
	typeDouble
	typeInt32
	typeUint8
	typeInt16
	typeInt8
	typeString
	_
	typeInt64
	typeBool
	typeUint16 = 17
	typeHalf   = 19
	typeUint32 = 22
	typeUint64 = 23
)

// tensor is the message TensorProto.
type tensor struct {
	typ     uint64
	shape   []int64
	content []byte // the elements, or else they are in one of the next two
	numbers []float64
	strings [][]byte
}

func readTensor(data []byte) (tensor, error) {
	var t tensor
	err := eachField(data, func(f field) (err error) {
		switch f.num {
		case 1:
			t.typ = f.bits
		case 2:
			return t.readShape(f.bytes)
		case 4:
			t.content = f.bytes
		case 5:
			t.numbers, err = f.numbers(t.numbers, protowire.Fixed32Type, field.float32)
		case 6:
			t.numbers, err = f.numbers(t.numbers, protowire.Fixed64Type, field.float64)
		case 7, 10, 11: // int32, int64, bool
			t.numbers, err = f.numbers(t.numbers, protowire.VarintType, func(f field) float64 { return float64(f.int()) })
		case 16, 17: // uint32, uint64
			t.numbers, err = f.numbers(t.numbers, protowire.VarintType, func(f field) float64 { return float64(f.bits) })
		case 13:
			t.numbers, err = f.numbers(t.numbers, protowire.VarintType, func(f field) float64 { return half(uint16(f.bits)) }) //nolint:gosec // 2 bytes
		case 8:
			if len(t.strings) >= maxElements {
				return errTensor
			}
			t.strings = append(t.strings, f.bytes)
		}
		return err
	})
	return t, err
}

func (t *tensor) readShape(data []byte) error {
	return eachField(data, func(f field) error {
		if f.num != 2 {
			return nil
		}
		size, err := lookup(f.bytes, 1)
		if t.shape = append(t.shape, size.int()); len(t.shape) > maxDimensions {
			return errTensor
		}
		return err
	})
}

// size is the number of elements that the shape has.
func (t *tensor) size() (int64, error) {
	n := int64(1)
	for _, size := range t.shape {
		if size < 0 || size > maxElements {
			return 0, errTensor
		}
		if n *= size; n > maxElements {
			return 0, errTensor
		}
	}
	return n, nil
}

// elements returns the numbers of a tensor. A writer may omit equal ones at the end.
func (t *tensor) elements() ([]float64, error) {
	n, err := t.size()
	if err != nil {
		return nil, err
	}
	numbers := t.numbers
	if len(t.content) > 0 {
		if numbers, err = t.decode(); err != nil {
			return nil, err
		}
	}
	missing := n - int64(len(numbers))
	if missing < 0 || missing > maxOmitted || len(numbers) == 0 && n > 0 {
		return nil, errTensor
	}
	for int64(len(numbers)) < n {
		numbers = append(numbers, numbers[len(numbers)-1])
	}
	return numbers, nil
}

// decode reads elements that are stored as in memory, in little endian.
func (t *tensor) decode() ([]float64, error) {
	little := binary.LittleEndian
	//nolint:gosec // two's complement
	sizes := map[uint64]struct {
		bytes int
		read  func([]byte) float64
	}{
		typeFloat:  {4, func(b []byte) float64 { return float64(math.Float32frombits(little.Uint32(b))) }},
		typeDouble: {8, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) }},
		typeInt32:  {4, func(b []byte) float64 { return float64(int32(little.Uint32(b))) }},
		typeUint8:  {1, func(b []byte) float64 { return float64(b[0]) }},
		typeInt16:  {2, func(b []byte) float64 { return float64(int16(little.Uint16(b))) }},
		typeInt8:   {1, func(b []byte) float64 { return float64(int8(b[0])) }},
		typeInt64:  {8, func(b []byte) float64 { return float64(int64(little.Uint64(b))) }},
		typeBool:   {1, func(b []byte) float64 { return float64(b[0]) }},
		typeUint16: {2, func(b []byte) float64 { return float64(little.Uint16(b)) }},
		typeHalf:   {2, func(b []byte) float64 { return half(little.Uint16(b)) }},
		typeUint32: {4, func(b []byte) float64 { return float64(little.Uint32(b)) }},
		typeUint64: {8, func(b []byte) float64 { return float64(little.Uint64(b)) }},
	}
	e, ok := sizes[t.typ]
	if !ok || len(t.content)%e.bytes != 0 || len(t.content)/e.bytes > maxElements {
		return nil, errTensor
	}
	numbers := make([]float64, 0, len(t.content)/e.bytes)
	for at := 0; at < len(t.content); at += e.bytes {
		numbers = append(numbers, e.read(t.content[at:at+e.bytes]))
	}
	return numbers, nil
}

// half is a number of 16 bits, of IEEE 754.
func half(bits uint16) float64 {
	fraction, exponent := float64(bits&0x3ff), int(bits>>10&0x1f)
	var v float64
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 0x1f:
		if v = math.Inf(1); fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(fraction+1024, exponent-25)
	}
	if bits&0x8000 != 0 {
		return -v
	}
	return v
}

// scalar returns the only number of a tensor, with the accuracy that it is stored in.
func (t *tensor) scalar() (any, error) {
	if n, err := t.size(); err != nil || n != 1 {
		return nil, errTensor
	}
	numbers, err := t.elements()
	if err != nil {
		return nil, err
	}
	if t.typ == typeFloat {
		return float32(numbers[0]), nil
	}
	return numbers[0], nil
}

// images returns encoded images, nil for none.
func (t *tensor) images() (any, error) {
	if len(t.strings) < 2 { // the first two are width and height
		return nil, errTensor
	}
	if len(t.strings) == 2 {
		return nil, nil //nolint:nilnil // as the comment says
	}
	return images(t.strings[2:]...), nil
}

// text returns a tensor's strings as one text, nil for none.
func (t *tensor) text() (any, error) {
	if len(t.strings) == 0 {
		return nil, nil //nolint:nilnil // as the comment says
	}
	text := bytes.Join(t.strings, []byte{'\n'})
	return Text(strings.ToValidUTF8(string(text), "\uFFFD")), nil
}

// histogram returns a tensor of rows of left edge, right edge and count, nil for none.
func (t *tensor) histogram() (any, error) {
	if len(t.shape) != 2 || t.shape[0] > 0 && t.shape[1] != 3 {
		return nil, errTensor
	}
	numbers, err := t.elements()
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	h := Histogram{Edges: numbers[:1:1]}
	for row := 0; row < len(numbers); row += 3 {
		h.Edges = append(h.Edges, numbers[row+1])
		h.Counts = append(h.Counts, numbers[row+2])
	}
	return h.ofAtMost(MaxBins), nil
}

// PRCurve is a precision-recall curve, with a point for each threshold.
type PRCurve struct{ Precision, Recall []float64 }

// prCurve returns the last two rows of a tensor, which are precision and recall. Those before have counts.
func (t *tensor) prCurve() (any, error) {
	numbers, err := t.elements()
	if err != nil || len(t.shape) != 2 || t.shape[0] < 2 {
		return nil, errTensor
	}
	points := int(t.shape[1])
	recall := len(numbers) - points
	return PRCurve{Precision: numbers[recall-points : recall], Recall: numbers[recall:]}, nil
}
