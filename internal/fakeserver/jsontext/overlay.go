package jsontext

import "slices"

// Overlay returns the object below with the members of above put over it, each as
// it was written. The member at the start of the path is not replaced but merged in
// turn, with the rest of the path. A text that is not an object counts as an empty one.
func Overlay(below, above string, path ...string) string {
	merged := Members(below)
	for _, m := range Members(above) {
		i := slices.IndexFunc(merged, func(old NamedText) bool { return old.Name == m.Name })
		switch {
		case i < 0:
			merged = append(merged, m)
		case len(path) > 0 && path[0] == m.Name:
			merged[i].Raw = Overlay(merged[i].Raw, m.Raw, path[1:]...)
		default:
			merged[i].Raw = m.Raw
		}
	}
	return Object(merged)
}

// NamedText is a member of an object: its name and the text of its value.
type NamedText struct{ Name, Raw string }

// Object returns the object with these members.
func Object(members []NamedText) string {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(AppendQuoted(out, m.Name), ':'), m.Raw...)
	}
	return string(append(out, '}'))
}

// Members returns the members of an object in order, none for other texts.
func Members(text string) []NamedText {
	var all []NamedText
	s := Scanner{data: []byte(text)}
	err := s.Object(func(key []byte) error {
		name := string(key)
		raw, err := s.Raw()
		all = append(all, NamedText{name, string(raw)})
		return err
	})
	if err != nil {
		return nil
	}
	return all
}
