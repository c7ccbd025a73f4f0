package metric

import "strings"

// ParseName returns the path of a metric's name. A dot separates the parts, and `\.` is a
// dot inside a part. A backslash before any other character is literal. A backslash or a
// dot at the end is dropped.
func ParseName(name string) []string {
	if !strings.ContainsAny(name, `.\`) {
		return []string{name}
	}
	var path []string
	var part strings.Builder
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '.':
			path = append(path, part.String())
			part.Reset()
		case '\\':
			if i++; i == len(name) {
				break
			}
			if name[i] != '.' {
				part.WriteByte('\\')
			}
			part.WriteByte(name[i])
		default:
			part.WriteByte(name[i])
		}
	}
	if part.Len() == 0 && len(path) > 0 {
		return path
	}
	return append(path, part.String())
}

// JoinName returns the name of the metric at path.
func JoinName(path ...string) string {
	parts := make([]string, len(path))
	for i, p := range path {
		parts[i] = strings.ReplaceAll(p, ".", `\.`)
	}
	return strings.Join(parts, ".")
}
