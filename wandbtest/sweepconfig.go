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
	method, program, name, description string
	metric                             string
	maximize                           bool
	runCap                             int
	parameters                         []sweepParameter // by name
	warnings                           []string
}

// sweepParameter is a parameter: fixed values, a distribution, or parameters nested in it.
type sweepParameter struct {
	name          string
	values        []any
	probabilities []float64
	distribution  string
	numbers       map[string]float64 // min, max, mu, sigma, q
	nested        []sweepParameter
}

var sweepMethods = []string{"grid", "random", "bayes"}

// parseSweepConfig reads the YAML of a config.
func parseSweepConfig(text string) (*sweepConfig, error) {
	var raw map[string]any
	if err := yaml.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	c := &sweepConfig{runCap: int(asNumber(raw["run_cap"]))}
	c.method, _ = raw["method"].(string)
	c.program, _ = raw["program"].(string)
	c.name, _ = raw["name"].(string)
	c.description, _ = raw["description"].(string)
	if !slices.Contains(sweepMethods, c.method) {
		return nil, fmt.Errorf("method is %q, not one of %v", c.method, sweepMethods)
	}
	metric, _ := raw["metric"].(map[string]any)
	c.metric, _ = metric["name"].(string)
	goal, _ := metric["goal"].(string)
	c.maximize = goal == "maximize"
	if c.method == "bayes" && c.metric == "" {
		return nil, errors.New("method bayes needs a metric")
	}
	if goal != "" && goal != "maximize" && goal != "minimize" {
		c.warnings = append(c.warnings, "metric.goal is neither minimize nor maximize")
	}
	parameters, _ := raw["parameters"].(map[string]any)
	if len(parameters) == 0 {
		return nil, errors.New("parameters are missing")
	}
	var err error
	c.parameters, err = parseParameters(parameters, c.method)
	return c, err
}

func parseParameters(raw map[string]any, method string) ([]sweepParameter, error) {
	var list []sweepParameter
	for _, name := range sortedKeys(raw) {
		p := sweepParameter{name: name, numbers: map[string]float64{}}
		object, ok := raw[name].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("parameter %s is not an object", name)
		}
		if nested, ok := object["parameters"].(map[string]any); ok {
			var err error
			if p.nested, err = parseParameters(nested, method); err != nil {
				return nil, err
			}
			list = append(list, p)
			continue
		}
		p.distribution, _ = object["distribution"].(string)
		if value, ok := object["value"]; ok {
			p.values = []any{value}
		}
		if values, ok := object["values"].([]any); ok {
			p.values = values
		}
		weights, _ := object["probabilities"].([]any)
		for _, w := range weights {
			p.probabilities = append(p.probabilities, asNumber(w))
		}
		for _, key := range []string{"min", "max", "mu", "sigma", "q"} {
			if v, ok := object[key]; ok {
				p.numbers[key] = asNumber(v)
			}
		}
		if err := p.complete(object, method); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// complete fills in the distribution, and checks that the parameter can be sampled.
func (p *sweepParameter) complete(object map[string]any, method string) error {
	_, hasMin := p.numbers["min"]
	_, hasMax := p.numbers["max"]
	switch {
	case p.values != nil:
		p.distribution = "categorical"
	case p.distribution == "" && hasMin && hasMax:
		_, low := object["min"].(int)
		_, high := object["max"].(int)
		p.distribution = "uniform"
		if low && high {
			p.distribution = "int_uniform"
		}
	case p.distribution == "":
		return fmt.Errorf("parameter %s has neither values nor a distribution", p.name)
	}
	if p.distribution == "int_uniform" && method == "grid" {
		for v := int(p.numbers["min"]); v <= int(p.numbers["max"]) && len(p.values) < 1<<16; v++ {
			p.values = append(p.values, v)
		}
	}
	if method == "grid" && p.values == nil {
		return fmt.Errorf("parameter %s has no values, which method grid needs", p.name)
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
func (c *sweepConfig) gridSize() int { return sizeOf(c.parameters) }

func sizeOf(list []sweepParameter) int {
	n := 1
	for _, p := range list {
		if p.nested != nil {
			n *= sizeOf(p.nested)
		} else {
			n *= len(p.values)
		}
	}
	return n
}

// gridPoint returns a point of the grid; the last parameter changes first.
func (c *sweepConfig) gridPoint(i int) map[string]any {
	point, _ := pointOf(c.parameters, i)
	return point
}

func pointOf(list []sweepParameter, i int) (point map[string]any, rest int) {
	point = make(map[string]any, len(list))
	for _, p := range slices.Backward(list) {
		if p.nested != nil {
			point[p.name], i = pointOf(p.nested, i)
			continue
		}
		point[p.name] = p.values[i%len(p.values)]
		i /= len(p.values)
	}
	return point, i
}

// sample returns a random point.
func (c *sweepConfig) sample(random *rand.Rand) map[string]any { return sampleOf(c.parameters, random) }

func sampleOf(list []sweepParameter, random *rand.Rand) map[string]any {
	point := make(map[string]any, len(list))
	for i := range list {
		p := &list[i]
		if p.nested != nil {
			point[p.name] = sampleOf(p.nested, random)
			continue
		}
		point[p.name] = p.sample(random)
	}
	return point
}

func (p *sweepParameter) sample(random *rand.Rand) any {
	low, high := p.numbers["min"], p.numbers["max"]
	u := random.Float64()
	var v float64
	switch p.distribution {
	case "categorical", "constant":
		for i, weight := range p.probabilities {
			if u -= weight; u < 0 && i < len(p.values) {
				return p.values[i]
			}
		}
		return p.values[random.IntN(len(p.values))]
	case "int_uniform":
		return int(low) + random.IntN(max(int(high-low)+1, 1))
	case "log_uniform_values", "q_log_uniform_values":
		v = math.Exp(math.Log(low) + u*(math.Log(high)-math.Log(low)))
	case "log_uniform", "q_log_uniform":
		v = math.Exp(low + u*(high-low))
	case "normal", "q_normal":
		v = p.numbers["mu"] + p.numbers["sigma"]*random.NormFloat64()
	case "log_normal", "q_log_normal":
		v = math.Exp(p.numbers["mu"] + p.numbers["sigma"]*random.NormFloat64())
	default:
		v = low + u*(high-low)
	}
	if q := p.numbers["q"]; q > 0 {
		v = math.Round(v/q) * q
	}
	return v
}
