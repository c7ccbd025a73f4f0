package jsonx

// NullNonFinite returns b as plain JSON: the tokens NaN, Infinity and -Infinity become
// null. If there are none, it returns b itself.
func NullNonFinite(b []byte) []byte {
	var out []byte // nil until something is replaced
	from := 0      // b[:from] is in out
	inText := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == 'N' && hasAt(b, i, "NaN"):
			out = append(append(out, b[from:i]...), "null"...)
			i += len("NaN") - 1
			from = i + 1
		case c == 'I' && hasAt(b, i, "Infinity"):
			end := i
			if end > from && b[end-1] == '-' {
				end--
			}
			out = append(append(out, b[from:end]...), "null"...)
			i += len("Infinity") - 1
			from = i + 1
		}
	}
	if out == nil {
		return b
	}
	return append(out, b[from:]...)
}

func hasAt(b []byte, i int, token string) bool {
	return len(b)-i >= len(token) && string(b[i:i+len(token)]) == token
}
