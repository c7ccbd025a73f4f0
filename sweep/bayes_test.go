package sweep

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// known are functions whose minimum is known.
var known = map[string]struct {
	parameters map[string]Parameter
	f          func(params map[string]any) float64
	least      float64
}{
	"branin": {
		map[string]Parameter{"x": {Distribution: Uniform, Min: -5, Max: 10}, "y": {Distribution: Uniform, Min: 0, Max: 15}},
		func(p map[string]any) float64 {
			x, y := p["x"].(float64), p["y"].(float64)
			arc := y - 5.1/(4*math.Pi*math.Pi)*x*x + 5/math.Pi*x - 6
			return arc*arc + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
		}, 0.397887,
	},
	"hartmann": {
		map[string]Parameter{"a": {Distribution: Uniform, Max: 1}, "b": {Distribution: Uniform, Max: 1}, "c": {Distribution: Uniform, Max: 1}},
		func(p map[string]any) float64 {
			x := []float64{p["a"].(float64), p["b"].(float64), p["c"].(float64)}
			alpha := []float64{1, 1.2, 3, 3.2}
			a := [][]float64{{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}}
			q := [][]float64{{0.3689, 0.117, 0.2673}, {0.4699, 0.4387, 0.747}, {0.1091, 0.8732, 0.5547}, {0.0381, 0.5743, 0.8828}}
			sum := 0.0
			for i := range alpha {
				inner := 0.0
				for j := range x {
					inner += a[i][j] * (x[j] - q[i][j]) * (x[j] - q[i][j])
				}
				sum -= alpha[i] * math.Exp(-inner)
			}
			return sum
		}, -3.86278,
	},
	"training": { // a learning rate on a logarithmic scale, a number of layers and an optimizer
		map[string]Parameter{
			"lr": {Distribution: LogUniformValues, Min: 1e-5, Max: 1}, "layers": {Distribution: IntUniform, Min: 1, Max: 8}, "opt": {Values: []any{"sgd", "adam", "lion"}},
		},
		func(p map[string]any) float64 {
			penalty := map[any]float64{"sgd": 0.5, "adam": 0, "lion": 0.2}[p["opt"]]
			return math.Pow(math.Log10(p["lr"].(float64))+2.7, 2) + 0.1*math.Pow(float64(p["layers"].(int64))-5, 2) + penalty
		}, 0,
	},
}

// search runs trials and returns the best result.
func search(t *testing.T, method Method, name string, seed uint64, trials int) float64 {
	t.Helper()
	fn := known[name]
	dims, err := dimensionsOf(fn.parameters, nil, method)
	require.NoError(t, err)
	var records []*record
	best := math.Inf(1)
	for i := range trials {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		point := randomPoint(len(dims), random)
		if method == Bayes {
			point = propose(dims, Minimize, records, random)
		}
		values := make([]any, len(dims))
		for j := range dims {
			values[j] = dims[j].at(point[j])
		}
		v := fn.f(paramsOf(dims, values))
		records = append(records, &record{Point: point, Value: &v})
		best = min(best, v)
	}
	return best
}

func TestPropose_KnownFunctions_BeatsRandom(t *testing.T) {
	t.Parallel()
	const seeds, trials = 5, 30
	for name, fn := range known {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bayes, random []float64
			for seed := range uint64(seeds) {
				bayes = append(bayes, search(t, Bayes, name, seed, trials)-fn.least)
				random = append(random, search(t, Random, name, seed, trials)-fn.least)
			}
			slices.Sort(bayes)
			slices.Sort(random)
			t.Logf("after %d trials the median is above the minimum by %.4f (Bayes) and %.4f (random)", trials, bayes[seeds/2], random[seeds/2])
			assert.Less(t, bayes[seeds/2], random[seeds/2]/2)
		})
	}
}

func TestDimensions_Quantiles_AreInsideTheirBounds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p                 Parameter
		first, mid, final any
	}{
		"int":         {Parameter{Distribution: IntUniform, Min: 1, Max: 4}, int64(1), int64(3), int64(4)},
		"uniform":     {Parameter{Distribution: Uniform, Min: -1, Max: 1}, -1.0, 0.0, 1.0},
		"q_uniform":   {Parameter{Distribution: QUniform, Min: 0, Max: 10, Q: 5}, int64(0), int64(5), int64(10)},
		"log values":  {Parameter{Distribution: LogUniformValues, Min: 1, Max: 100}, 1.0, 10.0, 100.0},
		"inverse":     {Parameter{Distribution: InvLogUniformValues, Min: 1, Max: 100}, 100.0, 10.0, 1.0},
		"log":         {Parameter{Distribution: LogUniform, Min: 0, Max: 2}, 1.0, math.E, math.E * math.E},
		"values":      {Parameter{Values: []any{"a", "b"}}, "a", "b", "b"},
		"likelihoods": {Parameter{Values: []any{"a", "b"}, Probabilities: []float64{0.9, 0.1}}, "a", "a", "b"},
		"constant":    {Parameter{Value: 7}, 7, 7, 7},
	} {
		dims, err := dimensionsOf(map[string]Parameter{"x": tc.p}, nil, Random)
		require.NoError(t, err)
		for u, want := range map[float64]any{0: tc.first, 0.5: tc.mid, 1: tc.final} {
			got := dims[0].at(u)
			if f, ok := want.(float64); ok {
				assert.InDelta(t, f, got, 1e-9, name)
			} else {
				assert.Equal(t, want, got, name)
			}
		}
	}
	dims, err := dimensionsOf(map[string]Parameter{"x": {Distribution: Normal, Mu: 3, Sigma: 2}}, nil, Random)
	require.NoError(t, err)
	assert.InDelta(t, 3, dims[0].at(0.5), 1e-9)
	assert.InDelta(t, 5, dims[0].at(0.8413447), 1e-3)
}

func TestHyperband_Comparisons_StopTheWorse(t *testing.T) {
	t.Parallel()
	const huge = math.MaxInt32
	for name, tc := range map[string]struct {
		rule EarlyTerminate
		at   []int // of 60 rows
	}{
		"from min_iter on":     {EarlyTerminate{MinIter: 2, Eta: 3}, []int{2, 6, 18, 54}},
		"fraction":             {EarlyTerminate{MinIter: 7, Eta: 1.5}, []int{7, 10, 15, 23, 35, 53}},
		"huge eta":             {EarlyTerminate{MinIter: 5, Eta: 1e300}, []int{5}},
		"before max_iter":      {EarlyTerminate{MaxIter: 27, S: 2}, []int{3, 9}},
		"one by default":       {EarlyTerminate{MaxIter: 27}, []int{9}},
		"huge s":               {EarlyTerminate{MaxIter: 96, S: huge, Eta: 2}, []int{1, 2, 3, 6, 12, 24, 48}},
		"huge max_iter":        {EarlyTerminate{MaxIter: huge, S: huge, Eta: 1e300}, nil},
		"all before max_iter":  {EarlyTerminate{MaxIter: 3, S: huge, Eta: math.Nextafter(1, 2)}, []int{1, 2, 3}},
		"all from min_iter on": {EarlyTerminate{MinIter: 57, Eta: math.Nextafter(1, 2)}, []int{57, 58, 59}},
	} {
		var at []int
		for row := range 60 {
			if tc.rule.compares(row) {
				at = append(at, row)
			}
		}
		assert.Equal(t, tc.at, at, name)
	}
	e := &EarlyTerminate{Type: "hyperband", MinIter: 2, Eta: 3}
	trial := func(id string, v float64) *record { return &record{ID: id, rungs: map[int]float64{2: v}} }
	trials := []*record{trial("a", 1), trial("b", 2), trial("c", 3)}
	assert.True(t, e.stops(Minimize, trials, "d", 2, 4))
	assert.False(t, e.stops(Minimize, trials, "d", 2, 0.5))
	assert.True(t, e.stops(Maximize, trials, "d", 2, 0.5))
	assert.False(t, e.stops(Minimize, trials[:1], "d", 2, 4), "too few to compare with")
	e.Strict = true
	assert.True(t, e.stops(Minimize, trials[:1], "d", 2, 4))
}
