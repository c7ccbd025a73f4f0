package wandbtest

import (
	"errors"
	"slices"
	"unicode/utf8"
)

// decodeObject decodes a JSON object that may hold NaN and infinities.
func decodeObject(text string) (map[string]any, error) {
	s := scanner{data: []byte(text)}
	v, err := s.value()
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not an object")
	}
	return m, nil
}

// isObject reports whether text is a JSON object, NaN and infinities allowed.
func isObject(text string) bool {
	s := scanner{data: []byte(text)}
	return s.peek() == '{' && s.skip() == nil && s.end() == nil
}

// pick returns the object text reduced to the named keys, every value as it was
// written; no keys means all. It returns "{}" for text that is no object.
func pick(text string, keys []string) string {
	if len(keys) == 0 {
		return text
	}
	out := []byte{'{'}
	s := scanner{data: []byte(text)}
	err := s.object(func(key []byte) error {
		name := string(key)
		raw, err := s.raw()
		if err != nil {
			return err
		}
		if slices.Contains(keys, name) {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = appendQuoted(out, name)
			out = append(append(out, ':'), raw...)
		}
		return nil
	})
	if err != nil {
		return "{}"
	}
	return string(append(out, '}'))
}

// member returns the text of one member of an object, or "".
func member(text, name string) string {
	var found []byte
	s := scanner{data: []byte(text)}
	err := s.object(func(key []byte) error {
		match := string(key) == name
		raw, err := s.raw()
		if match {
			found = raw
		}
		return err
	})
	if err != nil {
		return ""
	}
	return string(found)
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends text as a JSON string.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, text[start:i]...), "\ufffd"...)
				start = i + size
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, text[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, text[start:]...), '"')
}
