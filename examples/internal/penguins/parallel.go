package penguins

// Gradient returns the gradient of the cross entropy, summed over birds, as [Params]
// numbers. Programs that share the work add up their gradients.
func (m *Model) Gradient(birds []Bird) []float64 {
	var g Model
	for i := range birds {
		m.addGradient(&g, &birds[i])
	}
	vector := make([]float64, 0, Params)
	g.each(&g, &g, func(v, _, _ *float64) { vector = append(vector, *v) })
	return vector
}

// Descend moves the weights against the gradient, which has [Params] numbers.
func (m *Model) Descend(gradient []float64, rate float64) {
	i := 0
	m.each(m, m, func(w, _, _ *float64) {
		*w -= rate * gradient[i]
		i++
	})
}
