package jsontext

// Overlay returns the object below with the members of above put over it, each as
// it was written. deeper says which members are laid over each other in turn. A
// text that is not an object counts as an empty one.
func Overlay(below, above string, deeper map[string]func(below, above string) string) string {
	over := Members(above)
	out := []byte{'{'}
	add := func(name, raw string) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(AppendQuoted(out, name), ':'), raw...)
	}
	seen := make(map[string]bool)
	for _, m := range Members(below) {
		raw := m.Raw
		for _, o := range over {
			if o.Name != m.Name {
				continue
			}
			raw = o.Raw
			if lay := deeper[m.Name]; lay != nil {
				raw = lay(m.Raw, o.Raw)
			}
		}
		if !seen[m.Name] {
			add(m.Name, raw)
		}
		seen[m.Name] = true
	}
	for _, o := range over {
		if !seen[o.Name] {
			add(o.Name, o.Raw)
		}
		seen[o.Name] = true
	}
	return string(append(out, '}'))
}

// NamedText is a member of an object: its name and the text of its value.
type NamedText struct{ Name, Raw string }

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
