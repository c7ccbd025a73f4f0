package runconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// YAML returns the config as the file config.yaml: the tree of [Config.Wire], with
// sorted keys and four spaces of indentation.
func (c *Config) YAML() ([]byte, error) { return YAML(c.Wire()) }

// YAML returns a config in wire form as the file config.yaml; see [Config.YAML].
func YAML(wire []byte) ([]byte, error) {
	return writeYAML(wire, func(number string) string { return number })
}

// PythonYAML is [YAML] for readers in Python, which take a number with an exponent for text
// unless it has a dot.
func PythonYAML(wire []byte) ([]byte, error) {
	return writeYAML(wire, func(number string) string {
		if mantissa, exponent, ok := strings.Cut(number, "e"); ok && !strings.Contains(mantissa, ".") {
			return mantissa + ".0e" + exponent
		}
		return number
	})
}

func writeYAML(wire []byte, number func(string) string) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(wire))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if len(tree) == 0 {
		return []byte("{}\n"), nil
	}
	w := yamlWriter{number: number}
	w.block(tree, 0, true)
	return w.text, nil
}

// yamlWriter writes the layout of the encoder of go.yaml.in/yaml/v3, which a program that only logs
// would link for this file alone.
type yamlWriter struct {
	text   []byte
	number func(string) string
}

// block writes the lines of a map or list with entries. The text has the indentation of
// the first line already if inline is true.
func (w *yamlWriter) block(v any, indent int, inline bool) {
	start := func() {
		if !inline {
			w.spaces(indent)
		}
		inline = false
	}
	if list, ok := v.([]any); ok {
		for _, item := range list {
			start()
			w.text = append(w.text, "- "...)
			w.value(item, indent+2, true)
		}
		return
	}
	m, _ := v.(map[string]any)
	next := indent/4*4 + 4
	for _, key := range slices.Sorted(maps.Keys(m)) {
		start()
		if len(key) <= 128 && !strings.ContainsAny(key, "\n\r\u0085\u2028\u2029") {
			w.quoted(key)
			w.text = append(w.text, ':')
			if !isBlock(m[key]) {
				w.text = append(w.text, ' ')
			} else {
				w.text = append(w.text, '\n')
			}
			w.value(m[key], next, false)
			continue
		}
		w.text = append(w.text, "? "...)
		w.quoted(key)
		w.text = append(w.text, '\n')
		w.spaces(indent)
		w.text = append(w.text, ':')
		if isBlock(m[key]) {
			w.spaces(next - indent - 1)
		} else {
			w.text = append(w.text, ' ')
		}
		w.value(m[key], next, true)
	}
}

// value writes a value to the end of its last line.
func (w *yamlWriter) value(v any, indent int, inline bool) {
	if isBlock(v) {
		w.block(v, indent, inline)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		w.text = append(w.text, "{}"...)
	case []any:
		w.text = append(w.text, "[]"...)
	case string:
		w.quoted(v)
	case json.Number:
		w.text = append(w.text, w.number(v.String())...)
	case bool:
		w.text = strconv.AppendBool(w.text, v)
	default:
		w.text = append(w.text, "null"...)
	}
	w.text = append(w.text, '\n')
}

// isBlock reports whether a value takes lines of its own.
func isBlock(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	return false
}

func (w *yamlWriter) spaces(n int) {
	for range n {
		w.text = append(w.text, ' ')
	}
}

// reserved are the words that YAML readers take for something else than text.
var reserved = []string{"y", "yes", "n", "no", "true", "false", "on", "off", "null"}

// isPlain reports whether no YAML reader takes text for anything else.
func isPlain(s string) bool {
	for i := range len(s) {
		c, first := s[i], i == 0 || s[i-1] == ' '
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '/'
		if !letter && (i == 0 || strings.IndexByte("0123456789.+-", c) < 0 && (c != ' ' || first || i == len(s)-1)) {
			return false
		}
	}
	return s != "" && !slices.Contains(reserved, strings.ToLower(s))
}

// quoted appends text, in double quotes unless it needs none.
func (w *yamlWriter) quoted(s string) {
	if isPlain(s) {
		w.text = append(w.text, s...)
		return
	}
	w.text = append(w.text, '"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			w.text = append(w.text, '\\', byte(r))
		case r == '\n':
			w.text = append(w.text, `\n`...)
		case r == '\t':
			w.text = append(w.text, `\t`...)
		case r < ' ', r >= 0x7f && r < 0xa0:
			w.text = fmt.Appendf(w.text, `\x%02X`, r)
		case r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
			w.text = fmt.Appendf(w.text, `\u%04X`, r)
		case r > 0xffff:
			w.text = fmt.Appendf(w.text, `\U%08X`, r)
		default:
			w.text = utf8.AppendRune(w.text, r)
		}
	}
	w.text = append(w.text, '"')
}
