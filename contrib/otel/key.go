package otel

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
)

// Limits of a key. What is longer is cut; two series never share a key.
const (
	maxAttributes = 8
	maxText       = 64 // bytes of the name of an attribute, and of its value
	maxName       = 128
)

// key returns the key of a series that is logged under it and under it with each suffix. ok is
// false if there are too many series.
func (e *Exporter) key(scope, name string, attributes attribute.Set, suffixes ...string) (key string, ok bool) {
	id := series{scope, name, attributes.Equivalent()}
	if key, ok := e.keys[id]; ok {
		return key, true
	}
	if len(e.keys) >= e.opts.MaxSeries {
		return "", false
	}
	base := e.opts.Prefix + clean(strings.ReplaceAll(name, ".", "/"), maxName)
	labels := labelsOf(attributes)
	key = base + braces(labels)
	taken := func() bool {
		return e.taken[key] || slices.ContainsFunc(suffixes, func(s string) bool { return e.taken[suffixed(key, s)] })
	}
	if taken() { // most likely by an instrument of another library
		labels = append(labels, "otel.scope.name="+clean(scope, maxText))
		key = base + braces(labels)
	}
	for n := 2; taken(); n++ {
		key = base + "#" + strconv.Itoa(n) + braces(labels)
	}
	e.keys[id], e.taken[key] = key, true
	for _, s := range suffixes {
		e.taken[suffixed(key, s)] = true
	}
	return key, true
}

// labelsOf returns the attributes, which are sorted by name.
func labelsOf(attributes attribute.Set) []string {
	var labels []string
	for _, kv := range attributes.ToSlice() {
		if len(labels) == maxAttributes {
			return append(labels, "…")
		}
		labels = append(labels, clean(string(kv.Key), maxText)+"="+clean(kv.Value.String(), maxText))
	}
	return labels
}

func braces(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return "{" + strings.Join(labels, ",") + "}"
}

// Suffixes of a histogram's key, and of a summary's.
const (
	countSuffix = "/count"
	sumSuffix   = "/sum"
)

// suffixed adds a suffix to the name in a key, before its attributes.
func suffixed(key, suffix string) string {
	if at := strings.IndexByte(key, '{'); at >= 0 {
		return key[:at] + suffix + key[at:]
	}
	return key + suffix
}

// clean makes a text a part of a key: at most limit bytes, without control characters
// and without those that separate attributes.
func clean(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r == '{' || r == '}' || r == ',' || r == '=' || r == utf8.RuneError || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, text)
	if len(text) <= limit {
		return text
	}
	end := limit - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
