package runconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/internal/jsonx"
)

// YAML is the config as the file config.yaml: the tree of [Config.Wire], with
// sorted keys and four spaces of indentation.
func (c *Config) YAML() ([]byte, error) { return YAML(c.Wire()) }

// YAML is a config in wire form as the file config.yaml; see [Config.YAML].
func YAML(wire []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(wire))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	writeMap(&b, tree, 0)
	return b.Bytes(), nil
}

const indent = "    "

// longKey is beyond what YAML readers must accept as a key without a mark, with
// room for escapes, which make it up to six times as long.
const longKey = 1024 / 6

func writeMap(b *bytes.Buffer, m map[string]any, depth int) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		pad := strings.Repeat(indent, depth)
		b.WriteString(pad)
		if len(key) > longKey {
			b.WriteString("? ")
			writeText(b, key)
			b.WriteString("\n" + pad)
		} else {
			writeText(b, key)
		}
		b.WriteByte(':')
		writeBelow(b, m[key], depth+1)
	}
}

// writeBelow writes a value after a key, on the same line if it fits there.
func writeBelow(b *bytes.Buffer, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 {
			b.WriteByte('\n')
			writeMap(b, v, depth)
			return
		}
	case []any:
		if len(v) > 0 {
			b.WriteByte('\n')
			writeList(b, v, depth)
			return
		}
	}
	b.WriteByte(' ')
	writeScalar(b, v)
	b.WriteByte('\n')
}

func writeList(b *bytes.Buffer, list []any, depth int) {
	for _, v := range list {
		b.WriteString(strings.Repeat(indent, depth))
		b.WriteByte('-')
		switch below := v.(type) {
		case map[string]any:
			if len(below) > 0 {
				writeInItem(b, below, depth)
				continue
			}
		case []any:
			if len(below) > 0 {
				b.WriteByte('\n')
				writeList(b, below, depth+1)
				continue
			}
		}
		b.WriteByte(' ')
		writeScalar(b, v)
		b.WriteByte('\n')
	}
}

// writeInItem writes an object as an item of a list: the first key beside the
// dash, the others below it.
func writeInItem(b *bytes.Buffer, m map[string]any, depth int) {
	var inner bytes.Buffer
	writeMap(&inner, m, 0)
	pad := strings.Repeat(indent, depth) + "  "
	for i, line := range strings.SplitAfter(strings.TrimSuffix(inner.String(), "\n"), "\n") {
		if i == 0 {
			b.WriteByte(' ')
		} else {
			b.WriteString(pad)
		}
		b.WriteString(line)
	}
	b.WriteByte('\n')
}

func writeScalar(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		if v {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	case json.Number:
		b.WriteString(v.String())
	case string:
		writeText(b, v)
	case map[string]any:
		b.WriteString("{}")
	case []any:
		b.WriteString("[]")
	}
}

// plain is text that no YAML reader takes for anything but text.
var plain = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*$`)

// reserved are the plain words that YAML 1.1 or 1.2 take for something else.
var reserved = map[string]bool{
	"y": true, "yes": true, "n": true, "no": true, "true": true, "false": true, "on": true, "off": true, "null": true,
}

func writeText(b *bytes.Buffer, s string) {
	if plain.MatchString(s) && !reserved[strings.ToLower(s)] {
		b.WriteString(s)
		return
	}
	// A double-quoted YAML text takes every escape that JSON writes. YAML also
	// wants those characters escaped that JSON leaves as they are; U+2028 and U+2029
	// end a line in YAML 1.1.
	quoted := jsonx.AppendQuoted(nil, []byte(s))
	for _, r := range string(quoted) {
		if r == 0x7f || (r >= 0x80 && r < 0xa0) || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			fmt.Fprintf(b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
}
