package syncrun

import (
	"math"
	"strconv"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Keys that every row has.
const (
	keyStep      = "_step"
	keyRuntime   = "_runtime"
	keyTimestamp = "_timestamp"
)

// member returns the value of a key of a row, or nil.
func member(line []byte, key string) []byte {
	begin, end := jsonx.Find(line, key)
	if begin < 0 {
		return nil
	}
	return line[begin:end]
}

// number returns the value of a key as a number.
func number(line []byte, key string) (float64, bool) {
	f, err := strconv.ParseFloat(string(member(line, key)), 64)
	return f, err == nil
}

// appendShifted appends a row with its step increased.
func appendShifted(dst, line []byte, by int64) []byte {
	begin, end := jsonx.Find(line, keyStep)
	if begin < 0 {
		return append(dst, line...)
	}
	step, err := strconv.ParseInt(string(line[begin:end]), 10, 64)
	if err != nil || step > math.MaxInt64-by {
		return append(dst, line...)
	}
	dst = append(dst, line[:begin]...)
	dst = strconv.AppendInt(dst, step+by, 10)
	return append(dst, line[end:]...)
}
