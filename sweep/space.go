package sweep

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wandgo/wandgo/errors"
)

// maxChoices is how many values an integer parameter may have in a grid.
const maxChoices = 1 << 16

// dimension is a parameter of a local sweep, with the keys that lead to it.
type dimension struct {
	path []string
	Parameter
	choices []any // nil for a number
}

// dimensionsOf returns the parameters in the order in which they are tried.
func dimensionsOf(parameters map[string]Parameter, path []string, method Method) ([]dimension, error) {
	var list []dimension
	for _, name := range sortedNames(parameters) {
		p := parameters[name]
		at := append(slices.Clone(path), name)
		if p.Parameters != nil {
			below, err := dimensionsOf(p.Parameters, at, method)
			if err != nil {
				return nil, err
			}
			list = append(list, below...)
			continue
		}
		d := dimension{path: at, Parameter: p}
		switch {
		case p.Values != nil:
			d.choices = p.Values
		case len(distributions[p.Distribution]) == 0:
			d.choices = []any{p.Value}
		case method == Grid:
			if d.choices = d.steps(); len(d.choices) > maxChoices {
				return nil, &errors.InputError{Field: "parameter " + strings.Join(at, "."), Rule: fmt.Sprintf("has more than %d values for a grid", maxChoices)}
			}
		}
		list = append(list, d)
	}
	return list, nil
}

// steps returns the whole numbers, or multiples of Q, from Min to Max. If they are too many, it returns more than
// maxChoices of them.
func (d *dimension) steps() []any {
	step := d.Q
	if step <= 0 {
		step = 1
	}
	var list []any
	for v := d.Min; v <= d.Max && len(list) <= maxChoices; v += step {
		list = append(list, d.whole(v))
	}
	return list
}

// at returns the value at u, from 0 to 1, which is the part of the distribution below it.
func (d *dimension) at(u float64) any {
	if d.choices != nil {
		return d.choices[d.choice(u)]
	}
	v := d.quantile(u)
	switch d.Distribution {
	case IntUniform:
		return int64(min(math.Floor(d.Min+u*(d.Max-d.Min+1)), d.Max))
	case QUniform, QLogUniform, QLogUniformValues, QNormal, QLogNormal, QBeta:
		q := d.Q
		if q <= 0 {
			q = 1
		}
		return (&Parameter{Q: q}).whole(math.Round(v/q) * q)
	}
	return v
}

// choice returns the index of the value at u, which may be any number if it comes from a file.
func (d *dimension) choice(u float64) int {
	n := len(d.choices)
	u = min(max(u, 0), 1)
	if d.Probabilities == nil {
		return min(int(u*float64(n)), n-1)
	}
	for i, p := range d.Probabilities {
		if u -= p; u < 0 {
			return i
		}
	}
	return n - 1
}

// quantile returns the number at u.
func (d *dimension) quantile(u float64) float64 {
	between := func(low, high float64) float64 { return low + u*(high-low) }
	normal := func() float64 {
		return d.Mu + d.Sigma*math.Sqrt2*math.Erfinv(2*min(max(u, 1e-12), 1-1e-12)-1)
	}
	switch d.Distribution {
	case LogUniform, QLogUniform:
		return math.Exp(between(d.Min, d.Max))
	case InvLogUniform:
		return math.Exp(-between(d.Min, d.Max))
	case LogUniformValues, QLogUniformValues:
		return math.Exp(between(math.Log(d.Min), math.Log(d.Max)))
	case InvLogUniformValues:
		return 1 / math.Exp(between(math.Log(1/d.Max), math.Log(1/d.Min)))
	case Normal, QNormal:
		return normal()
	case LogNormal, QLogNormal:
		return math.Exp(normal())
	case Beta, QBeta:
		return betaQuantile(d.A, d.B, u)
	}
	return between(d.Min, d.Max)
}

// gridSize returns how many points the grid of the dimensions has.
func gridSize(dims []dimension) int {
	n := 1
	for _, d := range dims {
		n *= max(len(d.choices), 1)
		if n > 1<<40 {
			break
		}
	}
	return n
}

// gridAt returns a point of the grid, as numbers from 0 to 1; the last dimension changes first.
func gridAt(dims []dimension, i int) []any {
	values := make([]any, len(dims))
	for j, d := range slices.Backward(dims) {
		values[j] = d.choices[i%len(d.choices)]
		i /= len(d.choices)
	}
	return values
}

// paramsOf returns values by the keys that lead to them.
func paramsOf(dims []dimension, values []any) map[string]any {
	params := map[string]any{}
	for i, d := range dims {
		at := params
		for _, key := range d.path[:len(d.path)-1] {
			below, ok := at[key].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[key] = below
			}
			at = below
		}
		at[d.path[len(d.path)-1]] = values[i]
	}
	return params
}
