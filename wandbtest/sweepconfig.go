package wandbtest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"go.yaml.in/yaml/v3"
)

// sweepConfig is the part of a sweep's config that the server reads.
type sweepConfig struct {
	Method, Program, Name, Description string
	Metric                             struct{ Name, Goal string }
	RunCap                             int `yaml:"run_cap"`
	Parameters                         parameters
	warnings                           []string
}

// parameters are those of a sweep, or those nested in one of them, by name.
type parameters map[string]*sweepParameter

// sweepParameter is a parameter: fixed values, a distribution, or parameters nested in it.
type sweepParameter struct {
	Value         yaml.Node // may be null
	Values        []any
	Probabilities []float64
	Distribution  string
	Min, Max      any // an int or a float64; nil if not set
	Mu, Sigma, Q  float64
	Parameters    parameters
}

var sweepMethods = []string{"grid", "random", "bayes"}

// parseSweepConfig reads the YAML of a config.
func parseSweepConfig(text string) (*sweepConfig, error) {
	c := &sweepConfig{}
	if err := yaml.Unmarshal([]byte(text), c); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(sweepMethods, c.Method):
		return nil, fmt.Errorf("method is %q, not one of %v", c.Method, sweepMethods)
	case c.Method == "bayes" && c.Metric.Name == "":
		return nil, errors.New("method bayes needs a metric")
	case len(c.Parameters) == 0:
		return nil, errors.New("parameters are missing")
	}
	if goal := c.Metric.Goal; goal != "" && goal != "maximize" && goal != "minimize" {
		c.warnings = append(c.warnings, "metric.goal is neither minimize nor maximize")
	}
	return c, c.Parameters.complete(c.Method)
}

// complete fills in what is not written, and checks that the parameters can be sampled.
func (list parameters) complete(method string) error {
	for _, name := range sortedKeys(list) {
		p := list[name]
		if p == nil {
			return fmt.Errorf("parameter %s is not an object", name)
		}
		if err := p.complete(name, method); err != nil {
			return err
		}
	}
	return nil
}

func (p *sweepParameter) complete(name, method string) error {
	if p.Parameters != nil {
		return p.Parameters.complete(method)
	}
	if !p.Value.IsZero() && p.Values == nil {
		p.Values = make([]any, 1)
		if err := p.Value.Decode(&p.Values[0]); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
	}
	switch {
	case p.Values != nil:
		p.Distribution = "categorical"
	case p.Distribution == "" && p.Min != nil && p.Max != nil:
		_, low := p.Min.(int)
		_, high := p.Max.(int)
		p.Distribution = "uniform"
		if low && high {
			p.Distribution = "int_uniform"
		}
	case p.Distribution == "":
		return fmt.Errorf("parameter %s has neither values nor a distribution", name)
	}
	if p.Distribution == "int_uniform" && method == "grid" {
		for v := int(asNumber(p.Min)); v <= int(asNumber(p.Max)) && len(p.Values) < 1<<16; v++ {
			p.Values = append(p.Values, v)
		}
	}
	if method == "grid" && p.Values == nil {
		return fmt.Errorf("parameter %s has no values, which method grid needs", name)
	}
	return nil
}

func asNumber(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// gridSize returns how many points the grid has.
func (list parameters) gridSize() int {
	n := 1
	for _, p := range list {
		if p.Parameters != nil {
			n *= p.Parameters.gridSize()
		} else {
			n *= len(p.Values)
		}
	}
	return n
}

// gridPoint returns the point i of the grid, and what is left of i for the parameters before
// these; the last parameter changes first.
func (list parameters) gridPoint(i int) (point map[string]any, rest int) {
	point = make(map[string]any, len(list))
	for _, name := range slices.Backward(sortedKeys(list)) {
		p := list[name]
		if p.Parameters != nil {
			point[name], i = p.Parameters.gridPoint(i)
			continue
		}
		point[name] = p.Values[i%len(p.Values)]
		i /= len(p.Values)
	}
	return point, i
}

// sample returns a random point.
func (list parameters) sample(random *rand.Rand) map[string]any {
	point := make(map[string]any, len(list))
	for _, name := range sortedKeys(list) {
		if p := list[name]; p.Parameters != nil {
			point[name] = p.Parameters.sample(random)
		} else {
			point[name] = p.sample(random)
		}
	}
	return point
}

func (p *sweepParameter) sample(random *rand.Rand) any {
	low, high := asNumber(p.Min), asNumber(p.Max)
	u := random.Float64()
	var v float64
	switch p.Distribution {
	case "categorical", "constant":
		for i, weight := range p.Probabilities {
			if u -= weight; u < 0 && i < len(p.Values) {
				return p.Values[i]
			}
		}
		return p.Values[random.IntN(len(p.Values))]
	case "int_uniform":
		return int(low) + random.IntN(max(int(high-low)+1, 1))
	case "log_uniform_values", "q_log_uniform_values":
		v = math.Exp(math.Log(low) + u*(math.Log(high)-math.Log(low)))
	case "log_uniform", "q_log_uniform":
		v = math.Exp(low + u*(high-low))
	case "normal", "q_normal":
		v = p.Mu + p.Sigma*random.NormFloat64()
	case "log_normal", "q_log_normal":
		v = math.Exp(p.Mu + p.Sigma*random.NormFloat64())
	default:
		v = low + u*(high-low)
	}
	if p.Q > 0 {
		v = math.Round(v/p.Q) * p.Q
	}
	return v
}
