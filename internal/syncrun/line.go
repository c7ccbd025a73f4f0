package syncrun

import (
	"math"
	"strconv"
)

// Keys that every row has.
const (
	keyStep      = "_step"
	keyRuntime   = "_runtime"
	keyTimestamp = "_timestamp"
)

// member is the value of a key of an object, nil if it has none. The object is a
// line as a replay gives it, without space between tokens at its first level.
func member(line []byte, key string) []byte {
	begin, end := find(line, key)
	if begin < 0 {
		return nil
	}
	return line[begin:end]
}

// find is where the value of a key is, -1 if it is nowhere.
func find(line []byte, key string) (begin, end int) {
	for i := 1; i < len(line) && line[i] == '"'; {
		keyEnd := skipText(line, i)
		if keyEnd >= len(line) || line[keyEnd] != ':' {
			break
		}
		valueEnd := skip(line, keyEnd+1)
		if string(line[i+1:keyEnd-1]) == key {
			return keyEnd + 1, valueEnd
		}
		i = valueEnd + 1
	}
	return -1, -1
}

// skip is where the value that begins at i ends.
func skip(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = skipText(b, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// skipText is where the text that begins with the quote at i ends.
func skipText(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// number is the value of a key as a number.
func number(line []byte, key string) (float64, bool) {
	f, err := strconv.ParseFloat(string(member(line, key)), 64)
	return f, err == nil
}

// appendShifted appends a row with its step moved up.
func appendShifted(dst, line []byte, by int64) []byte {
	begin, end := find(line, keyStep)
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
