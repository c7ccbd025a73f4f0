package dashboard

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

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

// Quotes keep spaces and operators from their meaning.
var (
	words     = regexp.MustCompile(`(?:"[^"]*"|[^\s\v\p{Z}\x{85}"])+`)
	condition = regexp.MustCompile(`(?s)^((?:"[^"]*"|[^"])+?)(<=|>=|!=|<|>|=|:)(.*)$`)
)

// parseFilter reads a filter: words, and conditions such as lr<0.1 or state:failed. Text in
// quotes is one word, and a leading '-' negates.
func parseFilter(text string) (filter, error) {
	if len(text) > maxFilter {
		return nil, badRequest("the filter is longer than %d bytes", maxFilter)
	}
	if strings.Count(text, `"`)%2 != 0 {
		return nil, badRequest("the filter has a quote without an end")
	}
	unquoted := func(s string) string { return strings.ReplaceAll(s, `"`, "") }
	var f filter
	for _, word := range words.FindAllString(text, -1) {
		t := term{op: ":", value: unquoted(word)}
		if m := condition.FindStringSubmatch(word); m != nil {
			t.key, t.op, t.value = unquoted(m[1]), m[2], unquoted(m[3])
		}
		if rest, dash := strings.CutPrefix(t.key, "-"); dash && word[0] == '-' {
			t.not, t.key = true, rest
		} else if rest, dash := strings.CutPrefix(t.value, "-"); dash && word[0] == '-' && rest != "" && !isNumber(t.value) {
			t.not, t.value = true, rest
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
		return runstore.Seconds(i.Started)
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
