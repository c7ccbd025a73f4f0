package jsonx

// NullNonFinite returns b as plain JSON: the tokens NaN, Infinity and -Infinity become
// null. If there are none, it returns b itself.
func NullNonFinite(b []byte) []byte {
	return replaceNonFinite(b, func(dst, _ []byte) []byte { return append(dst, "null"...) })
}

// QuoteNonFinite returns b as plain JSON: the tokens NaN, Infinity and -Infinity become
// strings. If there are none, it returns b itself.
func QuoteNonFinite(b []byte) []byte {
	return replaceNonFinite(b, func(dst, token []byte) []byte { return append(append(append(dst, '"'), token...), '"') })
}

func replaceNonFinite(b []byte, replace func(dst, token []byte) []byte) []byte {
	var out []byte // nil until something is replaced
	from := 0      // b[:from] is in out
	inText := false
	for i := 0; i < len(b); i++ {
		begin, end := i, 0
		switch c := b[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == 'N' && hasAt(b, i, "NaN"):
			end = i + len("NaN")
		case c == 'I' && hasAt(b, i, "Infinity"):
			end = i + len("Infinity")
			if begin > from && b[begin-1] == '-' {
				begin--
			}
		}
		if end > 0 {
			out = replace(append(out, b[from:begin]...), b[begin:end])
			i, from = end-1, end
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
