package jsontext

import (
	"encoding/json"
	"errors"
	"slices"
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
	return Object(slices.DeleteFunc(Members(text), func(m NamedText) bool { return !slices.Contains(keys, m.Name) }))
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

// AppendQuoted appends text as a JSON string.
func AppendQuoted(dst []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	return append(dst, quoted...)
}
