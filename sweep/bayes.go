package sweep

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// maxObserved bounds the work of a proposal, which grows with the third power.
	maxObserved = 150
	// candidates is among how many points the next one is chosen.
	candidates = 600
)

// propose returns the point that is expected to improve the best result the most, by a Gaussian process
// over the results so far. The first points are random.
func propose(dims []dimension, goal Goal, trials []*record, random *rand.Rand) []float64 {
	var xs [][]float64
	var ys []float64
	var best *record
	for _, r := range trials {
		if r.Value == nil || len(r.Point) != len(dims) || math.IsNaN(*r.Value) || math.IsInf(*r.Value, 0) {
			continue
		}
		if best == nil || goal.better(*r.Value, *best.Value) {
			best = r
		}
		y := *r.Value
		if goal == Maximize {
			y = -y
		}
		xs, ys = append(xs, encode(dims, r.Point)), append(ys, y)
	}
	if len(ys) < max(4, 2*len(dims)) {
		return randomPoint(len(dims), random)
	}
	if extra := len(ys) - maxObserved; extra > 0 {
		xs, ys = xs[extra:], ys[extra:]
	}
	model := fit(xs, ys)
	if model == nil {
		return randomPoint(len(dims), random)
	}
	var chosen []float64
	most := math.Inf(-1)
	for i := range candidates {
		point := randomPoint(len(dims), random)
		if i%2 == 1 { // near the best
			for j := range point {
				point[j] = min(max(best.Point[j]+random.NormFloat64()*[]float64{0.2, 0.05, 0.01}[i/2%3], 0), 1)
			}
		}
		if gain := model.improvement(encode(dims, point)); gain > most {
			chosen, most = point, gain
		}
	}
	return chosen
}

// encode returns a point as the model sees it: a number as it is, and one of several choices as a
// dimension for each, so that all are equally far from each other.
func encode(dims []dimension, point []float64) []float64 {
	var x []float64
	for i := range dims {
		d := &dims[i]
		switch {
		case len(d.choices) == 1:
		case d.choices != nil:
			chosen := d.choice(point[i])
			for j := range d.choices {
				x = append(x, map[bool]float64{true: math.Sqrt2 / 2}[j == chosen])
			}
		case d.Distribution == IntUniform: // the middle of what gives the same number
			n := d.Max - d.Min + 1
			x = append(x, (math.Floor(min(point[i]*n, n-1))+0.5)/n)
		default:
			x = append(x, point[i])
		}
	}
	return x
}

// process is a Gaussian process with mean 0 and variance 1 that has been fitted to results.
type process struct {
	xs      [][]float64
	length  float64
	lower   [][]float64 // of the Cholesky decomposition
	weights []float64
	least   float64 // the best result, standardized
}

// fit fits a process, with the length scale and the noise that make the results the likeliest. It returns
// nil if all results are equal.
func fit(xs [][]float64, ys []float64) *process {
	mean, scale := moments(ys)
	if scale == 0 {
		return nil
	}
	z := make([]float64, len(ys))
	for i, y := range ys {
		z[i] = (y - mean) / scale
	}
	var best *process
	likeliest := math.Inf(-1)
	for _, length := range []float64{0.1, 0.2, 0.35, 0.6, 1, 2} {
		for _, noise := range []float64{1e-6, 1e-3, 1e-1} {
			p := &process{xs: xs, length: length, least: slices.Min(z)}
			k := make([][]float64, len(xs))
			for i := range xs {
				k[i] = make([]float64, len(xs))
				for j := range i + 1 {
					k[i][j] = p.kernel(xs[i], xs[j])
				}
				k[i][i] += noise
			}
			if !cholesky(k) {
				continue
			}
			p.lower = k
			p.weights = solveUpper(k, solveLower(k, z))
			likelihood := 0.0
			for i := range z {
				likelihood -= z[i]*p.weights[i]/2 + math.Log(k[i][i])
			}
			if likelihood > likeliest {
				best, likeliest = p, likelihood
			}
		}
	}
	return best
}

func moments(ys []float64) (mean, deviation float64) {
	for _, y := range ys {
		mean += y / float64(len(ys))
	}
	for _, y := range ys {
		deviation += (y - mean) * (y - mean) / float64(len(ys))
	}
	return mean, math.Sqrt(deviation)
}

// kernel is the covariance of two points: Matérn's with 5/2.
func (p *process) kernel(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	r := math.Sqrt(5*sum) / p.length
	return (1 + r + r*r/3) * math.Exp(-r)
}

// improvement is by how much a point is expected to be better than the best result.
func (p *process) improvement(x []float64) float64 {
	k := make([]float64, len(p.xs))
	mean := 0.0
	for i := range p.xs {
		k[i] = p.kernel(x, p.xs[i])
		mean += k[i] * p.weights[i]
	}
	variance := 1.0
	for _, v := range solveLower(p.lower, k) {
		variance -= v * v
	}
	deviation := math.Sqrt(max(variance, 1e-12))
	z := (p.least - mean) / deviation
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	below := math.Erfc(-z/math.Sqrt2) / 2
	return (p.least-mean)*below + deviation*density
}

// cholesky replaces the lower half of a symmetric matrix by its decomposition. It reports whether the
// matrix is positive definite.
func cholesky(m [][]float64) bool {
	for i := range m {
		for j := range i + 1 {
			sum := m[i][j]
			for k := range j {
				sum -= m[i][k] * m[j][k]
			}
			if i != j {
				m[i][j] = sum / m[j][j]
				continue
			}
			if sum <= 0 {
				return false
			}
			m[i][i] = math.Sqrt(sum)
		}
	}
	return true
}

// solveLower solves L·x = b.
func solveLower(lower [][]float64, b []float64) []float64 {
	x := make([]float64, len(b))
	for i := range b {
		sum := b[i]
		for k := range i {
			sum -= lower[i][k] * x[k]
		}
		x[i] = sum / lower[i][i]
	}
	return x
}

// solveUpper solves Lᵀ·x = b.
func solveUpper(lower [][]float64, b []float64) []float64 {
	x := make([]float64, len(b))
	for i := range slices.Backward(b) {
		sum := b[i]
		for k := i + 1; k < len(b); k++ {
			sum -= lower[k][i] * x[k]
		}
		x[i] = sum / lower[i][i]
	}
	return x
}
