package dashboard

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/wandgo/wandgo/internal/runstore"
)

// filter is what must hold for a run to be listed: all of its terms.
type filter []term

// term is one word of a filter.
type term struct {
	not   bool
	key   string // "" for a word that is looked for in the names
	op    string // ":", "=", "!=", "<", "<=", ">" or ">="
	value string
	num   float64
	isNum bool
}

// maxFilter bounds the length of a filter.
const maxFilter = 4096

// operators in the order in which they are looked for at one place.
var operators = []string{"<=", ">=", "!=", "<", ">", "=", ":"}

// parseFilter reads a filter: words, and conditions such as lr<0.1 or state:failed. Text in
// quotes is one word, and a leading '-' negates.
func parseFilter(text string) (filter, error) {
	if len(text) > maxFilter {
		return nil, badRequest("the filter is longer than %d bytes", maxFilter)
	}
	words, err := splitWords(text)
	if err != nil {
		return nil, err
	}
	var f filter
	for _, w := range words {
		t := term{op: ":", value: w.text}
		if w.cut > 0 {
			t.key, t.op, t.value = w.text[:w.cut], w.op, w.text[w.cut+len(w.op):]
		}
		if name := t.key + t.value; len(name) > 1 && !w.quoted && name[0] == '-' && (t.key != "" || !isNumber(name)) {
			t.not = true
			if t.key != "" {
				t.key = t.key[1:]
			} else {
				t.value = t.value[1:]
			}
		}
		t.num, t.isNum = parseNumber(t.value)
		switch ordered := strings.ContainsAny(t.op, "<>"); {
		case ordered && t.value == "":
			return nil, badRequest("%s%s needs a number", t.key, t.op)
		case ordered && !t.isNum:
			return nil, badRequest("%s%s needs a decimal number; %q is not one", t.key, t.op, t.value)
		}
		f = append(f, t)
	}
	return f, nil
}

func isNumber(s string) bool {
	_, ok := parseNumber(s)
	return ok
}

// parseNumber reads a decimal number, NaN or an infinity.
func parseNumber(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || strings.ContainsAny(s, "xX_") {
		return 0, false
	}
	return f, true
}

// word is a word of a filter. Its first operator outside quotes is op at cut, which is 0 if
// there is none.
type word struct {
	text   string
	cut    int
	op     string
	quoted bool // it begins with a quote
}

func splitWords(text string) (words []word, err error) {
	var w word
	var b strings.Builder
	begun, inQuotes := false, false
	end := func() {
		if begun {
			w.text = b.String()
			words = append(words, w)
		}
		w, begun = word{}, false
		b.Reset()
	}
	for i, r := range text {
		switch {
		case r == '"':
			if !begun {
				w.quoted = true
			}
			begun, inQuotes = true, !inQuotes
		case !inQuotes && unicode.IsSpace(r):
			end()
		default:
			if !inQuotes && w.cut == 0 && b.Len() > 0 {
				for _, op := range operators {
					if strings.HasPrefix(text[i:], op) {
						w.cut, w.op = b.Len(), op
						break
					}
				}
			}
			begun = true
			b.WriteRune(r)
		}
	}
	if inQuotes {
		return nil, badRequest("the filter has a quote without an end")
	}
	end()
	return words, nil
}

// match reports whether a run passes.
func (f filter) match(i *runstore.Info) bool {
	for n := range f {
		if f[n].match(i) == f[n].not {
			return false
		}
	}
	return true
}

func (t *term) match(i *runstore.Info) bool {
	if t.key == "" {
		return slices.ContainsFunc(append([]string{i.Name, i.ID, i.Notes}, i.Tags...), func(s string) bool { return contains(s, t.value) })
	}
	switch strings.ToLower(t.key) {
	case "tag":
		return slices.ContainsFunc(i.Tags, func(tag string) bool { return t.compare(tag) })
	case "trouble":
		kind := troubleOf(i)
		return kind != "" && (t.value == "any" || t.compare(kind))
	}
	return t.compare(valueOf(i, t.key))
}

func contains(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// compare compares a value: a string, bool, float64, or nil if the run lacks it.
func (t *term) compare(v any) bool {
	if v == nil {
		return t.op == "!="
	}
	if f, ok := v.(float64); ok && t.isNum {
		if math.IsNaN(t.num) && math.IsNaN(f) { // equal here, as people who look for diverged runs mean it
			return t.op == "=" || t.op == ":"
		}
		switch t.op {
		case "<":
			return f < t.num
		case "<=":
			return f <= t.num
		case ">":
			return f > t.num
		case ">=":
			return f >= t.num
		case "!=":
			return f != t.num
		}
		return f == t.num
	}
	var s string
	switch v := v.(type) {
	case string:
		s = v
	case bool:
		s = strconv.FormatBool(v)
	case float64:
		s = number(v).String()
	}
	switch t.op {
	case ":":
		return contains(s, t.value)
	case "=":
		return s == t.value
	case "!=":
		return s != t.value
	}
	return false
}

// valueOf returns what a run has under a name: a column of the list, a dotted name, or that
// in the summary or else in the config.
func valueOf(i *runstore.Info, name string) any {
	switch name {
	case "name":
		return i.Name
	case "id":
		return i.ID
	case "state":
		return string(i.State)
	case "entity":
		return i.Entity
	case "project":
		return i.Project
	case "group":
		return i.Group
	case "jobType":
		return i.JobType
	case "sweep":
		return i.Sweep
	case "host":
		return i.Host
	case "notes":
		return i.Notes
	case "started":
		return seconds(i.Started)
	case "duration":
		return i.Duration.Seconds()
	case "rows":
		return float64(i.Rows)
	case "step":
		return float64(i.Step)
	case "trouble":
		return troubleOf(i)
	}
	for _, prefix := range []string{"", "summary.", "config."} {
		if v, ok := i.Values[prefix+name]; ok {
			return v
		}
	}
	return nil
}
