package sweep

import (
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
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
func pythonJSON(v any) string { return writePython(v, asciiQuoted, "null", "true", "false") }

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
		if null == "null" { // JSON has names of its own for values that are not numbers
			return jsonFloat(v)
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

func jsonFloat(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return pythonFloat(v)
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
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b := []byte{quote}
	for _, r := range s {
		switch {
		case r == rune(quote) || r == '\\':
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
			b = append(b, string(r)...)
		}
	}
	return string(append(b, quote))
}

// asciiQuoted is a text as Python's json.dumps writes it.
func asciiQuoted(s string) string {
	b := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r < ' ' || r > 0x7e:
			if high, low := utf16.EncodeRune(r); high != '\ufffd' {
				b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
			} else {
				b = fmt.Appendf(b, `\u%04x`, r)
			}
		default:
			b = append(b, byte(r))
		}
	}
	return string(append(b, '"'))
}

// envCommand is the program that finds others, where there is one.
func envCommand() []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	return []string{"/usr/bin/env"}
}
