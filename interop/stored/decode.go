package stored

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// number is a JSON number as written, or NaN or an infinity, which W&B's lines contain as
// bare words.
type number string

// canonical returns the same text for 1e3, 1000 and 1000.0.
func (n number) canonical() string {
	text := strings.ToLower(string(n))
	switch {
	case strings.Contains(text, "nan"):
		return "NaN"
	case strings.Contains(text, "inf"):
		if strings.HasPrefix(text, "-") {
			return "-Infinity"
		}
		return "Infinity"
	}
	if text == "-0" || text == "-0.0" {
		return "-0"
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	// Whole numbers are compared to the last digit, where a server may keep them.
	if r, ok := new(big.Rat).SetString(text); ok && r.IsInt() && math.Abs(f) < 1e25 {
		return r.Num().String()
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// marker precedes a former bare word; no encoder writes it.
const marker = "\uE000bare:"

// decode reads JSON that may contain NaN, Infinity and -Infinity as numbers.
func decode(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(quoteBare(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("decode: more than one value")
	}
	return convert(v), nil
}

// quoteBare turns the bare words into strings.
func quoteBare(text string) string {
	if !strings.Contains(text, "NaN") && !strings.Contains(text, "Infinity") {
		return text
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case quoted && c == '\\' && i+1 < len(text):
			b.WriteString(text[i : i+2])
			i += 2
			continue
		case c == '"':
			quoted = !quoted
		case !quoted:
			if word := bare(text[i:]); word != "" {
				b.WriteString(`"` + marker + word + `"`)
				i += len(word)
				continue
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

func bare(text string) string {
	for _, word := range []string{"NaN", "-Infinity", "Infinity"} {
		if strings.HasPrefix(text, word) {
			return word
		}
	}
	return ""
}

func convert(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, below := range v {
			v[key] = convert(below)
		}
	case []any:
		for i, below := range v {
			v[i] = convert(below)
		}
	case json.Number:
		return number(v)
	case string:
		if word, ok := strings.CutPrefix(v, marker); ok {
			return number(word)
		}
	}
	return v
}

// kind returns the kind of a value.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "(null)"
	case bool:
		return "(bool)"
	case number:
		return "(number)"
	case string:
		return "(string)"
	case []any:
		return "(list)"
	default:
		return "(object)"
	}
}
