package program

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Value is a value that both languages read as the same: a list of its kind and its
// content. Numbers are texts, so that none is rounded on its way.
type Value struct {
	kind string
	text string // of a text or number
	list []Value
	keys []string // of an object, whose values are list
}

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case "list":
		return json.Marshal([]any{v.kind, append([]Value{}, v.list...)})
	case "object":
		return json.Marshal([]any{v.kind, append([]string{}, v.keys...), append([]Value{}, v.list...)})
	}
	return json.Marshal([]any{v.kind, v.text})
}

// Go returns the value as a Go program has it.
func (v Value) Go() any {
	switch v.kind {
	case "null":
		return nil
	case "bool":
		return v.text == "true"
	case "text":
		return v.text
	case "float":
		f, _ := strconv.ParseFloat(v.text, 64)
		return f
	case "int":
		if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return n
		}
		n, _ := strconv.ParseUint(v.text, 10, 64)
		return n
	case "list":
		list := make([]any, len(v.list))
		for i, e := range v.list {
			list[i] = e.Go()
		}
		return list
	}
	object := make(map[string]any, len(v.list))
	for i, key := range v.keys {
		object[key] = v.list[i].Go()
	}
	return object
}

type generator struct{ *rand.Rand }

var (
	keys = []string{
		"a", "b", "lr", "loss", "train/loss", "val.acc", "a b", "ü", "键", "😀", "_own", "x-y", "A", "0", "a/b/c", "very_long_" + longText,
		"--flag", "quote\"", "back\\slash", "tab\t", "<b>&amp;</b>", "null", "1e5", "yes",
	}
	longText = "kjhgfdsapoiuytrewqmnbvcxz0123456789"
	texts    = []string{
		"", "text", "ü", "日本語", "😀", "a\nb", "a\tb", "\"", "\\", "\u0001", "\u2028", "</script>", "NaN", "Infinity", "null", "true", "1e5",
		" leading", "trailing ", "- item", "key: value", "#", "2026-01-01", "0x1F", "~", longText, "\u00a0", "\ufeff", "e\u0301",
	}
	floats = []float64{
		0, math.Copysign(0, -1), 0.1, -0.5, 1, 3, 1e16, 1e21, 1e-7, 1e300, 5e-324, 1.7976931348623157e308, 123456789.125, 1.0 / 3,
		math.NaN(), math.Inf(1), math.Inf(-1), 1 << 53, 1e15, 1e-5, 0.0001, 100000, 1e6, 16777217,
	}
	ints = []string{"0", "1", "-1", "42", "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1000000000000000"}
)

func pick[T any](g *generator, of []T) T { return of[g.IntN(len(of))] }

func (g *generator) key() string { return pick(g, keys) }

// value returns a value of at most so many levels.
func (g *generator) value(depth int) Value {
	n := g.IntN(14)
	if depth <= 0 {
		n = g.IntN(10)
	}
	switch n {
	case 0:
		return Value{kind: "null"}
	case 1:
		return Value{kind: "bool", text: strconv.FormatBool(g.IntN(2) == 0)}
	case 2, 3, 4:
		return Value{kind: "float", text: strconv.FormatFloat(pick(g, floats), 'g', -1, 64)}
	case 5, 6:
		return Value{kind: "int", text: pick(g, ints)}
	case 7, 8, 9:
		return Value{kind: "text", text: pick(g, texts)}
	case 10, 11:
		v := Value{kind: "list"}
		for range g.IntN(4) {
			v.list = append(v.list, g.value(depth-1))
		}
		return v
	}
	return g.object(depth - 1)
}

// object returns an object of at most so many levels below it.
func (g *generator) object(depth int) Value {
	v := Value{kind: "object"}
	for range g.IntN(5) {
		key := g.key()
		if !slices.Contains(v.keys, key) {
			v.keys = append(v.keys, key)
			v.list = append(v.list, g.value(depth))
		}
	}
	return v
}
