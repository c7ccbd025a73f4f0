package stored

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Difference is one field in which two runs differ. A missing field is "".
type Difference struct{ Path, Official, Ours string }

// String returns one line of text.
func (d Difference) String() string {
	return fmt.Sprintf("%s: official %s, wandgo %s", d.Path, shown(d.Official), shown(d.Ours))
}

func shown(v string) string {
	switch {
	case v == "":
		return "(absent)"
	case len(v) > 200:
		return v[:200] + "… (" + strconv.Itoa(len(v)) + " bytes)"
	}
	return v
}

// Rule is a permitted difference.
type Rule struct {
	// Path is the field; a * stands for any text.
	Path string
	// How far it may differ.
	How How
	// Reason says why that is right.
	Reason string

	pattern *regexp.Regexp
}

// How is the extent to which a field may differ.
type How int

// The values of How.
const (
	// Value: both runs have it, and it is of the same kind.
	Value How = iota
	// Anything: also of another kind, or only one run has it.
	Anything
)

func (r *Rule) allows(d Difference) bool {
	if r.pattern == nil {
		r.pattern = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(r.Path), `\*`, ".*") + "$")
	}
	if !r.pattern.MatchString(d.Path) {
		return false
	}
	return r.How == Anything || d.Official != "" && d.Ours != "" && kindOf(d.Official) == kindOf(d.Ours)
}

// kindOf returns the kind of a rendered value.
func kindOf(v string) string {
	switch {
	case strings.HasPrefix(v, `"`):
		return "string"
	case v == "true", v == "false":
		return "bool"
	case v == "{}", v == "[]", v == "<nil>", strings.HasPrefix(v, "("):
		return v
	}
	return "number"
}

// Compare returns the differences that no rule allows, sorted by path, and marks the rules
// that allowed one in used.
func Compare(official, ours Fields, rules []Rule, used []bool) []Difference {
	paths := map[string]bool{}
	for path := range official {
		paths[path] = true
	}
	for path := range ours {
		paths[path] = true
	}
	var found []Difference
	for _, path := range slices.SortedFunc(maps.Keys(paths), natural) {
		d := Difference{path, official[path], ours[path]}
		if d.Official == d.Ours {
			continue
		}
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.allows(d) })
		if i < 0 {
			found = append(found, d)
		} else if used != nil {
			used[i] = true
		}
	}
	return found
}

// natural compares paths so that [2] comes before [10].
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			if na != nb {
				return na - nb
			}
			if c := strings.Compare(a[:na], b[:nb]); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
