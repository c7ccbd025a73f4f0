package penguins

import (
	"math"
	"math/rand/v2"
)

// Hidden is the width of the model's hidden layer.
const Hidden = 8

// Params counts the model's parameters.
const Params = Hidden*(Inputs+1) + Classes*(Hidden+1)

// Model is a network with one hidden layer: 4 measurements, 8 tanh units, 3
// classes under a softmax. The zero Model is untrained; use [NewModel].
type Model struct {
	w1 [Hidden][Inputs + 1]float64  // the last column is the bias
	w2 [Classes][Hidden + 1]float64 // likewise
}

// NewModel returns a model with random weights.
func NewModel(seed uint64) *Model {
	rng := rand.New(rand.NewPCG(seed, 2))
	m := new(Model)
	for h := range m.w1 {
		for i := range Inputs {
			m.w1[h][i] = rng.NormFloat64() / math.Sqrt(Inputs)
		}
	}
	for c := range m.w2 {
		for h := range Hidden {
			m.w2[c][h] = rng.NormFloat64() / math.Sqrt(Hidden)
		}
	}
	return m
}

// forward returns the hidden layer and the probability of each class.
func (m *Model) forward(x *[Inputs]float64) (hidden [Hidden]float64, p [Classes]float64) {
	for h := range m.w1 {
		sum := m.w1[h][Inputs]
		for i, v := range x {
			sum += m.w1[h][i] * v
		}
		hidden[h] = math.Tanh(sum)
	}
	highest := math.Inf(-1)
	for c := range m.w2 {
		p[c] = m.w2[c][Hidden]
		for h, v := range hidden {
			p[c] += m.w2[c][h] * v
		}
		highest = max(highest, p[c])
	}
	var total float64
	for c := range p {
		p[c] = math.Exp(p[c] - highest)
		total += p[c]
	}
	for c := range p {
		p[c] /= total
	}
	return hidden, p
}

// addGradient adds the gradient of the cross entropy of one bird to g.
func (m *Model) addGradient(g *Model, b *Bird) {
	hidden, p := m.forward(&b.X)
	var back [Hidden]float64
	for c := range m.w2 {
		delta := p[c]
		if c == b.Species {
			delta--
		}
		for h, v := range hidden {
			g.w2[c][h] += delta * v
			back[h] += delta * m.w2[c][h]
		}
		g.w2[c][Hidden] += delta
	}
	for h, v := range hidden {
		delta := back[h] * (1 - v*v)
		for i, x := range b.X {
			g.w1[h][i] += delta * x
		}
		g.w1[h][Inputs] += delta
	}
}

// each calls f with each weight of m and its counterparts in a and b.
func (m *Model) each(a, b *Model, f func(m, a, b *float64)) {
	for h := range m.w1 {
		for i := range m.w1[h] {
			f(&m.w1[h][i], &a.w1[h][i], &b.w1[h][i])
		}
	}
	for c := range m.w2 {
		for h := range m.w2[c] {
			f(&m.w2[c][h], &a.w2[c][h], &b.w2[c][h])
		}
	}
}

// Score is how well a model does on birds.
type Score struct {
	Loss     float64 // mean cross entropy
	Accuracy float64 // fraction of birds classified correctly
	// Correct and Seen count birds by species.
	Correct, Seen [Classes]int
}

// Evaluate scores the model.
func (m *Model) Evaluate(birds []Bird) Score {
	var s Score
	correct := 0
	for i := range birds {
		b := &birds[i]
		_, p := m.forward(&b.X)
		s.Loss -= math.Log(max(p[b.Species], 1e-12)) / float64(len(birds))
		best := 0
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		s.Seen[b.Species]++
		if best == b.Species {
			s.Correct[best]++
			correct++
		}
	}
	s.Accuracy = float64(correct) / float64(max(len(birds), 1))
	return s
}
