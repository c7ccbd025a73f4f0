package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// Programs in Python read their arguments in the form in which the official client writes them, and
// others can read them, too: strconv.ParseBool knows True.

// pythonText is a value as Python's str writes it.
func pythonText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return writePython(v, pythonQuoted, "None", "True", "False")
}

// pythonJSON is a value as Python's json.dumps writes it.
func pythonJSON(v any) string {
	quoted := func(s string) string { return string(jsonx.AppendASCII(nil, s)) }
	return writePython(v, quoted, "null", "true", "false")
}

func writePython(v any, quoted func(string) string, null, yes, no string) string {
	below := func(v any) string { return writePython(v, quoted, null, yes, no) }
	switch v := v.(type) {
	case nil:
		return null
	case bool:
		if v {
			return yes
		}
		return no
	case string:
		return quoted(v)
	case float64:
		if null == "null" && (math.IsNaN(v) || math.IsInf(v, 0)) { // JSON has names of its own
			return string(jsonx.AppendFloat(nil, v, 64))
		}
		return pythonFloat(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = below(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, quoted(key)+": "+below(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v) // an integer
}

// pythonFloat is a float as Python's repr writes it: the shortest text, with an exponent below -4 and
// from 16 on.
func pythonFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v, 'f', -1, 64)), "+")
	}
	text := strconv.FormatFloat(v, 'e', -1, 64)
	_, exponent, _ := strings.Cut(text, "e")
	if n, err := strconv.Atoi(exponent); err == nil && (n < -4 || n >= 16) {
		return text
	}
	text = strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// pythonQuoted is a text as Python's repr writes it.
func pythonQuoted(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b := []byte{byte(quote)}
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < ' ' || r == 0x7f:
			b = fmt.Appendf(b, `\x%02x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return string(append(b, byte(quote)))
}
