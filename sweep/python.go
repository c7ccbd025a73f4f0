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
	"unicode/utf8"
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
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	return quoted(s, quote, func(b []byte, r rune) []byte {
		if r < ' ' || r == 0x7f {
			return fmt.Appendf(b, `\x%02x`, r)
		}
		return utf8.AppendRune(b, r)
	})
}

// asciiQuoted is a text as Python's json.dumps writes it.
func asciiQuoted(s string) string {
	return quoted(s, '"', func(b []byte, r rune) []byte {
		switch {
		case r == '\b':
			return append(b, `\b`...)
		case r == '\f':
			return append(b, `\f`...)
		case r >= ' ' && r <= 0x7e:
			return append(b, byte(r))
		}
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		}
		return fmt.Appendf(b, `\u%04x`, r)
	})
}

// quoted writes a text with the escapes that repr and json.dumps have in common, and calls other
// for the rest.
func quoted(s string, quote rune, other func(b []byte, r rune) []byte) string {
	b := []byte{byte(quote)}
	for _, r := range s {
		switch r {
		case quote, '\\':
			b = append(b, '\\', byte(r))
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = other(b, r)
		}
	}
	return string(append(b, byte(quote)))
}

// envCommand is the program that finds others, where there is one.
func envCommand() []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	return []string{"/usr/bin/env"}
}
