package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/configfile"
	"github.com/wandgo/wandgo/internal/secret"
	"github.com/wandgo/wandgo/internal/settings"
	"github.com/wandgo/wandgo/internal/smallfile"
)

// Load reads a config from a YAML file, by the rules of Python's PyYAML, as the official client
// does. A parameter with min and max and no distribution becomes int_uniform if both are
// integers, and uniform if neither is; a mixture is an error. Known keys are checked, and
// unknown ones are passed on to the server. [New] warns about unknown keys of parameters.
//
// The error is an *errors.InputError, or several of them joined, in the order of the lines. Each
// names the key and the line.
func Load(path string) (*Config, error) {
	data, err := smallfile.Read(path)
	if err != nil {
		return nil, &errors.InputError{Field: "sweep config path", Value: secret.Redact(path), Rule: settings.Reason(err)}
	}
	return parse(data, path)
}

// Parse is [Load] of a text.
func Parse(data []byte) (*Config, error) { return parse(data, "") }

func parse(data []byte, file string) (*Config, error) {
	tree, lines, err := configfile.ParseTree(data)
	if err != nil {
		return nil, &errors.InputError{Field: "sweep config", Rule: err.Error(), Source: file}
	}
	l := &loader{file: file, lines: lines}
	c := l.config(tree)
	l.found = l.meant
	for _, p := range l.problems {
		l.found = append(l.found, p.Field)
	}
	l.check(c)
	slices.SortStableFunc(l.problems, func(a, b *errors.InputError) int { return l.line(a.Field) - l.line(b.Field) })
	return c, l.err()
}

// loader reads the tree of a file and collects what is wrong with it.
type loader struct {
	file     string
	lines    map[string]int // nil without a file
	problems []*errors.InputError
	// meant are the keys that were written with a typo. found are these and the keys whose values
	// could not be read; the check has nothing to add about them.
	meant, found []string
}

func (l *loader) err() error {
	all := make([]error, len(l.problems))
	for i, p := range l.problems {
		all[i] = p
	}
	return errors.Join(all...)
}

// fail notes what is wrong with the value of a key.
func (l *loader) fail(key string, value any, rule string) {
	follows := func(at string) bool {
		return key == at || strings.HasPrefix(key, at+".") || strings.HasPrefix(at, key+".")
	}
	if slices.ContainsFunc(l.found, follows) {
		return
	}
	shown := ""
	switch value.(type) {
	case string, bool, int64, float64:
		shown = secret.Redact(fmt.Sprint(value))
	}
	l.problems = append(l.problems, &errors.InputError{Field: key, Value: shown, Rule: rule, Source: l.source(key)})
}

// source is where a key is: the file with its line, if that is known.
func (l *loader) source(key string) string {
	if line := l.line(key); line > 0 {
		return strings.TrimPrefix(l.file+", line "+strconv.Itoa(line), ", ")
	}
	return l.file
}

// line is the line of a key, or of the one around it. It is 0 for a key that the file does not have.
func (l *loader) line(key string) int {
	for {
		i := strings.LastIndexByte(key, '.')
		if line := l.lines[key]; line > 0 || i < 0 {
			return line
		}
		key = key[:i]
	}
}

// group is a map of the file at a path.
type group struct {
	*loader
	at   string
	tree map[string]any
	seen map[string]bool
}

func (l *loader) group(at string, tree map[string]any) *group {
	return &group{loader: l, at: at, tree: tree, seen: map[string]bool{}}
}

func (g *group) path(key string) string { return strings.TrimPrefix(g.at+"."+key, ".") }

// take returns the value of a key, nil if it is missing.
func (g *group) take(key string) any {
	g.seen[key] = true
	return g.tree[key]
}

func (g *group) text(key string) string {
	switch v := g.take(key).(type) {
	case nil:
	case string:
		return v
	case int64, float64: // as in a name of digits only
		return fmt.Sprint(v)
	default:
		g.fail(g.path(key), v, "must be a text")
	}
	return ""
}

// number reads a number into to. It reports whether it is an integer, and whether there is one.
func (g *group) number(key string, to *float64) (integer, ok bool) {
	switch v := g.take(key).(type) {
	case nil:
	case int64:
		*to = float64(v)
		return true, true
	case float64:
		*to = v
		return false, true
	default:
		rule := "must be a number"
		if s, isText := v.(string); isText {
			if _, err := strconv.ParseFloat(s, 64); err == nil {
				rule = "is a text in YAML; write it with a dot, such as 1.0e-5"
			}
		}
		g.fail(g.path(key), v, rule)
	}
	return false, false
}

func (g *group) count(key string) int {
	var v float64
	if integer, ok := g.number(key, &v); ok && (!integer || v < 0 || v > math.MaxInt32) {
		g.fail(g.path(key), g.tree[key], "must be a whole number from 0 on")
	}
	return int(v)
}

func (g *group) list(key string) []any {
	v := g.take(key)
	list, ok := v.([]any)
	if !ok && v != nil {
		g.fail(g.path(key), v, "must be a list")
	}
	return list
}

// below returns the map of a key, nil if it is missing.
func (g *group) below(key string) *group {
	v := g.take(key)
	if v == nil {
		return nil
	}
	tree, ok := v.(map[string]any)
	if !ok {
		g.fail(g.path(key), v, "must have keys below it")
		return nil
	}
	return g.group(g.path(key), tree)
}

// rest returns the keys that were not taken. One that is close to a known key is a mistake.
func (g *group) rest() map[string]any {
	var extra map[string]any
	known := slices.Sorted(maps.Keys(g.seen))
	for _, key := range slices.Sorted(maps.Keys(g.tree)) {
		if g.seen[key] {
			continue
		}
		if near := closest(key, known); near != "" {
			g.fail(g.path(key), nil, "is not a known key; did you mean "+near+"?")
			g.meant = append(g.meant, g.path(near))
			continue
		}
		if extra == nil {
			extra = map[string]any{}
		}
		extra[key] = g.tree[key]
	}
	return extra
}

// closest returns the name that is meant by one with a typo, "" if none is.
func closest(name string, known []string) string {
	for _, near := range errors.Suggest(name, known) {
		if d := len(near) - len(name); d >= -2 && d <= 2 && len(name) > 3 {
			return near
		}
	}
	return ""
}

func (l *loader) config(tree map[string]any) *Config {
	g := l.group("", tree)
	c := &Config{
		Method: Method(g.text("method")), Name: g.text("name"), Description: g.text("description"),
		Entity: g.text("entity"), Project: g.text("project"), Program: g.text("program"), RunCap: g.count("run_cap"),
	}
	for i, v := range g.list("command") {
		switch v.(type) {
		case string, int64, float64, bool:
			c.Command = append(c.Command, fmt.Sprint(v))
		default:
			l.fail("command", nil, fmt.Sprintf("must have texts only; element %d is not a text", i+1))
		}
	}
	if m := g.below("metric"); m != nil {
		c.Metric = Metric{Name: m.text("name"), Goal: Goal(m.text("goal"))}
		var target float64
		if _, ok := m.number("target", &target); ok {
			c.Metric.Target = &target
		}
		m.rest()
	}
	if e := g.below("early_terminate"); e != nil {
		early := &EarlyTerminate{Type: e.text("type"), MinIter: e.count("min_iter"), MaxIter: e.count("max_iter"), S: e.count("s")}
		e.number("eta", &early.Eta)
		early.Strict, _ = e.take("strict").(bool)
		e.rest()
		c.EarlyTerminate = early
	}
	if p := g.below("parameters"); p != nil {
		c.Parameters = p.parameters()
	}
	for _, key := range []string{"controller", "scheduler", "launch", "job", "image_uri"} {
		g.seen[key] = g.tree[key] == nil // known, and passed on
	}
	c.Extra = g.rest()
	return c
}

func (g *group) parameters() map[string]Parameter {
	list := make(map[string]Parameter, len(g.tree))
	for _, name := range slices.Sorted(maps.Keys(g.tree)) {
		if below := g.below(name); below != nil {
			list[name] = below.parameter()
		} else if g.tree[name] == nil {
			g.fail(g.path(name), nil, "must have keys below it")
		}
	}
	return list
}

func (g *group) parameter() Parameter {
	p := Parameter{Value: g.take("value"), Values: g.list("values"), Distribution: Distribution(g.text("distribution"))}
	_, has := g.tree["value"]
	p.null = has && p.Value == nil
	for i, v := range g.list("probabilities") {
		switch v := v.(type) {
		case int64:
			p.Probabilities = append(p.Probabilities, float64(v))
		case float64:
			p.Probabilities = append(p.Probabilities, v)
		default:
			g.fail(g.path("probabilities"), nil, fmt.Sprintf("must have numbers only; element %d is not a number", i+1))
		}
	}
	integers, given := map[string]bool{}, map[string]bool{}
	for _, key := range []string{"min", "max", "mu", "sigma", "q", "a", "b"} {
		integers[key], given[key] = g.number(key, p.number(key))
	}
	if given["q"] && p.Q == 0 {
		g.fail(g.path("q"), nil, "must be greater than 0")
	}
	if nested := g.below("parameters"); nested != nil {
		p.Parameters = nested.parameters()
	}
	if p.Distribution == "" && given["min"] && given["max"] {
		switch {
		case integers["min"] != integers["max"]:
			g.fail(g.at, nil, "has an integer and a float as min and max: write both as integers or both as floats, or name a distribution")
		case integers["min"]:
			p.Distribution = IntUniform
		default:
			p.Distribution = Uniform
		}
	}
	for _, key := range distributions[p.Distribution] {
		if !given[key] && g.tree[key] == nil {
			g.fail(g.at, nil, fmt.Sprintf("needs %s for the distribution %s", key, p.Distribution))
		}
	}
	p.Extra = g.rest()
	return p
}
