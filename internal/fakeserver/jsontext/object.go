package jsontext

import (
	"errors"
	"slices"
	"unicode/utf8"
)

// DecodeObject decodes a JSON object that may hold NaN and infinities.
func DecodeObject(text string) (map[string]any, error) {
	s := Scanner{data: []byte(text)}
	v, err := s.Value()
	if err == nil {
		err = s.End()
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

// IsObject reports whether text is a JSON object, NaN and infinities allowed.
func IsObject(text string) bool {
	s := Scanner{data: []byte(text)}
	return s.Peek() == '{' && s.Skip() == nil && s.End() == nil
}

// Pick returns the object text reduced to the named keys, every value as it was written; no keys
// means all. It returns "{}" for text that is not an object.
func Pick(text string, keys []string) string {
	if len(keys) == 0 {
		return text
	}
	var picked []NamedText
	for _, m := range Members(text) {
		if slices.Contains(keys, m.Name) {
			picked = append(picked, m)
		}
	}
	return Object(picked)
}

// Member returns the text of one member of an object, or "".
func Member(text, name string) string {
	var found []byte
	s := Scanner{data: []byte(text)}
	err := s.Object(func(key []byte) error {
		match := string(key) == name
		raw, err := s.Raw()
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

// AppendQuoted appends text as a JSON string.
func AppendQuoted(dst []byte, text string) []byte {
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
