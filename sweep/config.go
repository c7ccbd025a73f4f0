package sweep

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/wandgo/wandgo/internal/history"
	"github.com/wandgo/wandgo/internal/runconfig"
)

// Method is how a sweep chooses its trials.
type Method string

// The methods.
const (
	// Grid tries each combination of values once.
	Grid Method = "grid"
	// Random tries random values.
	Random Method = "random"
	// Bayes tries values that look promising after the trials so far. It needs a Metric.
	Bayes Method = "bayes"
)

// Goal says which values of a metric are better.
type Goal string

// The goals.
const (
	Minimize Goal = "minimize"
	Maximize Goal = "maximize"
)

// better reports whether a value is better than another.
func (g Goal) better(value, than float64) bool {
	if g == Maximize {
		return value > than
	}
	return value < than
}

// Metric is what a sweep optimizes: a value of the runs' summary.
type Metric struct {
	Name string
	// Goal is [Minimize] by default.
	Goal Goal
	// Target ends the sweep when a trial reaches it; nil for none.
	Target *float64
}

// EarlyTerminate says when trials with bad results are stopped. The server decides, from the rows
// of the metric; see also [Local].
type EarlyTerminate struct {
	// Type is "hyperband".
	Type string
	// MinIter is how many rows of the metric a trial has before it may be stopped, and Eta
	// (default 3) by which factor the next of these points is later. With MaxIter, the
	// largest number of rows, and S, the number of points, they are counted from the end.
	MinIter, MaxIter, S int
	Eta                 float64
	// Strict stops more trials.
	Strict bool
}

// Config describes a sweep. [Load] reads one from a file.
type Config struct {
	// Method is required.
	Method Method
	// Metric is required by [Bayes].
	Metric Metric
	// Parameters are the parameters to search, by name. At least one is required.
	Parameters map[string]Parameter
	// EarlyTerminate is nil if no trial is stopped early.
	EarlyTerminate *EarlyTerminate
	// RunCap is how many trials the sweep has at most; 0 for no limit.
	RunCap int
	// Name and Description are shown in the web UI.
	Name, Description string
	// Entity and Project are where the sweep is created. Default: those of the client.
	Entity, Project string
	// Program is what an agent for programs starts, and Command how; see [Program].
	Program string
	Command []string
	// Extra are further keys, which are sent to the server as they are.
	Extra map[string]any
}

// YAML returns the config as it is sent to the server, with sorted keys. Its error is that of a value
// that cannot be encoded.
func (c *Config) YAML() ([]byte, error) {
	text, err := new(history.Encoder).AppendValue(nil, c.tree())
	if err != nil {
		return nil, fmt.Errorf("encode sweep config: %w", err)
	}
	return runconfig.PythonYAML(text)
}

// put sets a key unless its value is zero.
func put[T comparable](tree map[string]any, key string, value T) {
	if value != *new(T) {
		tree[key] = value
	}
}

// tree is the config as the server reads it.
func (c *Config) tree() map[string]any {
	tree := maps.Collect(maps.All(c.Extra)) // not nil
	put(tree, "method", string(c.Method))
	put(tree, "name", c.Name)
	put(tree, "description", c.Description)
	put(tree, "entity", c.Entity)
	put(tree, "project", c.Project)
	put(tree, "program", c.Program)
	put(tree, "run_cap", max(c.RunCap, 0))
	if c.Metric.Name != "" {
		metric := map[string]any{"name": c.Metric.Name}
		put(metric, "goal", string(c.Metric.Goal))
		if c.Metric.Target != nil {
			metric["target"] = *c.Metric.Target
		}
		tree["metric"] = metric
	}
	if len(c.Command) > 0 {
		tree["command"] = c.Command
	}
	if c.Parameters != nil {
		tree["parameters"] = parameterTree(c.Parameters)
	}
	if e := c.EarlyTerminate; e != nil {
		early := map[string]any{"type": e.Type}
		put(early, "min_iter", e.MinIter)
		put(early, "max_iter", e.MaxIter)
		put(early, "s", e.S)
		put(early, "eta", e.Eta)
		put(early, "strict", e.Strict)
		tree["early_terminate"] = early
	}
	return tree
}

func parameterTree(parameters map[string]Parameter) map[string]any {
	tree := make(map[string]any, len(parameters))
	for name, p := range parameters {
		tree[name] = p.tree()
	}
	return tree
}

// Distribution is how the values of a parameter are distributed. q_ in front of a name means that
// values are rounded to multiples of Q.
type Distribution string

// The distributions.
const (
	Constant    Distribution = "constant"    // Value
	Categorical Distribution = "categorical" // Values, with Probabilities if there are any
	IntUniform  Distribution = "int_uniform" // integers from Min to Max
	Uniform     Distribution = "uniform"
	QUniform    Distribution = "q_uniform"
	// LogUniform is e to the power of a uniform value from Min to Max.
	LogUniform    Distribution = "log_uniform"
	QLogUniform   Distribution = "q_log_uniform"
	InvLogUniform Distribution = "inv_log_uniform"
	// LogUniformValues is distributed evenly on a logarithmic scale from Min to Max.
	LogUniformValues    Distribution = "log_uniform_values"
	QLogUniformValues   Distribution = "q_log_uniform_values"
	InvLogUniformValues Distribution = "inv_log_uniform_values"
	Normal              Distribution = "normal" // Mu and Sigma
	QNormal             Distribution = "q_normal"
	LogNormal           Distribution = "log_normal"
	QLogNormal          Distribution = "q_log_normal"
	Beta                Distribution = "beta" // A and B
	QBeta               Distribution = "q_beta"
)

// distributions has the numbers that each distribution needs.
var distributions = map[Distribution][]string{
	Constant: {}, Categorical: {}, "categorical_w_probabilities": {},
	IntUniform: {"min", "max"}, Uniform: {"min", "max"}, QUniform: {"min", "max"},
	LogUniform: {"min", "max"}, QLogUniform: {"min", "max"}, InvLogUniform: {"min", "max"},
	LogUniformValues: {"min", "max"}, QLogUniformValues: {"min", "max"}, InvLogUniformValues: {"min", "max"},
	Normal: {"mu", "sigma"}, QNormal: {"mu", "sigma"}, LogNormal: {"mu", "sigma"}, QLogNormal: {"mu", "sigma"},
	Beta: {"a", "b"}, QBeta: {"a", "b"},
}

// Parameter is what a sweep may choose for one key of the config: a value, one of several values, a
// number by a distribution, or parameters nested below the key.
type Parameter struct {
	// Value is a fixed value, unless it is nil.
	Value any
	// Values are the choices, and Probabilities how likely each is. Default: all equally.
	Values        []any
	Probabilities []float64
	// Distribution says how the numbers below are used.
	Distribution Distribution
	Min, Max     float64
	Mu, Sigma    float64
	A, B         float64
	// Q is what values of a q_ distribution are multiples of, 1 by default.
	Q float64
	// Parameters are nested.
	Parameters map[string]Parameter
	// Extra are further keys, which are sent to the server as they are.
	Extra map[string]any

	null bool // the value is null, not absent
}

// number returns a number by its name in a file.
func (p *Parameter) number(key string) *float64 {
	return map[string]*float64{"min": &p.Min, "max": &p.Max, "mu": &p.Mu, "sigma": &p.Sigma, "q": &p.Q, "a": &p.A, "b": &p.B}[key]
}

func (p *Parameter) tree() map[string]any {
	tree := maps.Collect(maps.All(p.Extra))
	if p.Value != nil || p.null {
		tree["value"] = p.Value
	}
	if p.Values != nil {
		tree["values"] = p.Values
	}
	if p.Probabilities != nil {
		tree["probabilities"] = p.Probabilities
	}
	if p.Parameters != nil {
		tree["parameters"] = parameterTree(p.Parameters)
	}
	if p.Distribution != "" {
		tree["distribution"] = string(p.Distribution)
		for _, key := range distributions[p.Distribution] {
			tree[key] = p.sent(*p.number(key))
		}
	}
	if p.Q != 0 {
		tree["q"] = p.sent(p.Q)
	}
	return tree
}

// sent is a number as it is sent. The server distinguishes integers.
func (p *Parameter) sent(v float64) any {
	number := p.whole(v)
	if _, float := number.(float64); float && v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return json.Number(fmt.Sprintf("%.1f", v)) // a float stays one
	}
	return number
}

// whole is a number as the parameter has it: an integer if it is one by its distribution.
func (p *Parameter) whole(v float64) any {
	if p.Distribution == IntUniform || p.Q != 0 && p.Q == math.Trunc(p.Q) && v == math.Trunc(v) {
		return int64(v)
	}
	return v
}

// doubts returns a warning for each key of a parameter that is sent to the server unchecked, and
// for each range of exponents that looks like one of values.
func doubts(at string, parameters map[string]Parameter) []string {
	var list []string
	for _, name := range sortedNames(parameters) {
		p := parameters[name]
		for _, key := range slices.Sorted(maps.Keys(p.Extra)) {
			list = append(list, at+"."+name+"."+key+" is not a known key; the server may ignore it")
		}
		if (p.Distribution == LogUniform || p.Distribution == QLogUniform) && p.Min > 0 && p.Max <= 1 {
			list = append(list, fmt.Sprintf("%s.%s: the min and max of %s are exponents of e: the values are from %.4g to %.4g. For values from %.4g to %.4g use %[3]s_values",
				at, name, p.Distribution, math.Exp(p.Min), math.Exp(p.Max), p.Min, p.Max))
		}
		list = append(list, doubts(at+"."+name+".parameters", p.Parameters)...)
	}
	return list
}

// sortedNames returns the names of parameters in the order in which they are tried.
func sortedNames(parameters map[string]Parameter) []string {
	return slices.Sorted(maps.Keys(parameters))
}
