package sweep

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Check returns the error that the server is known to return for the config: an
// *errors.InputError, or several of them joined, or nil.
func (c *Config) Check() error {
	l := &loader{}
	l.check(c)
	return l.err()
}

// check finds what the server is known to refuse.
func (l *loader) check(c *Config) {
	methods := []string{string(Grid), string(Random), string(Bayes)}
	switch {
	case c.Method == "":
		l.fail("method", nil, "is missing: write grid, random or bayes")
	case !slices.Contains(methods, string(c.Method)) && (l.lines == nil || closest(string(c.Method), methods) != "" || c.Extra["controller"] == nil):
		l.fail("method", string(c.Method), "must be grid, random or bayes")
	}
	if c.Metric.Goal != "" && c.Metric.Goal != Minimize && c.Metric.Goal != Maximize {
		l.fail("metric.goal", string(c.Metric.Goal), "must be minimize or maximize")
	}
	if c.Metric.Name == "" {
		switch {
		case c.Metric.Goal != "" || l.lines["metric"] > 0 && (c.Method == Bayes || c.EarlyTerminate != nil):
			l.fail("metric", nil, "needs a name")
		case c.Method == Bayes:
			l.fail("metric", nil, "is missing, and the method bayes needs it: add metric: {name: NAME, goal: minimize}")
		case c.EarlyTerminate != nil:
			l.fail("metric", nil, "is missing, and early_terminate needs it: add metric: {name: NAME, goal: minimize}")
		}
	}
	if e := c.EarlyTerminate; e != nil {
		switch {
		case e.Type != "hyperband":
			l.fail("early_terminate.type", e.Type, "must be hyperband")
		case e.MinIter == 0 && e.MaxIter == 0:
			l.fail("early_terminate", nil, "needs min_iter or max_iter")
		case e.Eta != 0 && e.Eta <= 1:
			l.fail("early_terminate.eta", e.Eta, "must be greater than 1")
		}
	}
	if len(c.Parameters) == 0 {
		l.fail("parameters", nil, "at least one is required")
	}
	l.checkParameters("parameters", c.Parameters, c.Method)
}

func (l *loader) checkParameters(at string, parameters map[string]Parameter, method Method) {
	for _, name := range sortedNames(parameters) {
		p := parameters[name]
		l.checkParameter(at+"."+name, &p, method)
	}
}

func (l *loader) checkParameter(at string, p *Parameter, method Method) {
	kinds := 0
	for _, given := range []bool{p.Value != nil || p.null, p.Values != nil, p.Parameters != nil, len(distributions[p.Distribution]) > 0} {
		if given {
			kinds++
		}
	}
	_, known := distributions[p.Distribution]
	names := make([]string, 0, len(distributions))
	for d := range distributions {
		names = append(names, string(d))
	}
	slices.Sort(names)
	switch {
	case p.Distribution != "" && !known:
		rule := "is not a known distribution"
		if near := closest(string(p.Distribution), names); near != "" {
			rule += "; did you mean " + near + "?"
		}
		l.fail(at+".distribution", string(p.Distribution), rule)
	case kinds == 0:
		rule := "needs value, values, or min and max"
		if len(p.Extra) > 0 {
			rule += "; not known: " + strings.Join(slices.Sorted(maps.Keys(p.Extra)), ", ")
		}
		l.fail(at, nil, rule)
	case kinds > 1:
		l.fail(at, nil, "has more than one of value, values, parameters and a distribution of numbers")
	case p.Values != nil && len(p.Values) == 0:
		l.fail(at+".values", nil, "must not be empty")
	case p.Probabilities != nil && len(p.Probabilities) != len(p.Values):
		l.fail(at+".probabilities", nil, fmt.Sprintf("must have one number for each of the %d values", len(p.Values)))
	case !finite(p.Value, p.Values, p.Min, p.Max, p.Mu, p.Sigma, p.A, p.B, p.Q):
		l.fail(at, nil, "needs finite numbers")
	case p.Min > p.Max:
		l.fail(at+".min", p.Min, fmt.Sprintf("must not be greater than max, which is %v", p.Max))
	case strings.HasSuffix(string(p.Distribution), "log_uniform_values") && p.Min <= 0:
		l.fail(at+".min", p.Min, "must be greater than 0 on a logarithmic scale")
	case p.Sigma < 0:
		l.fail(at+".sigma", p.Sigma, "must not be negative")
	case strings.HasSuffix(string(p.Distribution), "beta") && (p.A <= 0 || p.B <= 0):
		l.fail(at, nil, "needs a and b greater than 0")
	case p.Q < 0:
		l.fail(at+".q", p.Q, "must not be negative")
	case p.Parameters != nil:
		l.checkParameters(at+".parameters", p.Parameters, method)
	case method == Grid && kinds == 1 && len(distributions[p.Distribution]) > 0 && p.Distribution != IntUniform && p.Distribution != QUniform:
		l.fail(at, nil, "needs values, or whole numbers from min to max: the method is grid")
	case p.Probabilities != nil && math.Abs(sum(p.Probabilities)-1) > 1e-6:
		l.fail(at+".probabilities", nil, "must add up to 1")
	}
}

// finite reports whether no value is NaN or infinite, which JSON does not have.
func finite(values ...any) bool {
	return !slices.ContainsFunc(values, func(v any) bool {
		switch v := v.(type) {
		case float64:
			return math.IsNaN(v) || math.IsInf(v, 0)
		case []any:
			return !finite(v...)
		case map[string]any:
			return !finite(slices.Collect(maps.Values(v))...)
		}
		return false
	})
}

func sum(list []float64) float64 {
	total := 0.0
	for _, v := range list {
		total += v
	}
	return total
}
