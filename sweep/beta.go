package sweep

import "math"

// betaQuantile returns the number below which the part u of the beta distribution is.
func betaQuantile(a, b, u float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if x := (low + high) / 2; betaBelow(a, b, x) < u {
			low = x
		} else {
			high = x
		}
	}
	return (low + high) / 2
}

// betaBelow returns which part of the beta distribution is below x, which is between 0 and 1: the regularized
// incomplete beta function, by its continued fraction.
func betaBelow(a, b, x float64) float64 {
	if x > (a+1)/(a+b+2) { // it converges slowly here
		return 1 - betaBelow(b, a, 1-x)
	}
	lgamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
	front := math.Exp(lgamma(a+b)-lgamma(a)-lgamma(b)+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 400 {
		m := float64(i / 2)
		term := 1.0
		switch {
		case i == 0:
		case i%2 == 0:
			term = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + term*d; math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + term/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if i > 0 && math.Abs(1-c*d) < 1e-13 {
			break
		}
	}
	return front * (f - 1)
}
