package sweep

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBetaQuantile_KnownShapes_AreExact(t *testing.T) {
	t.Parallel()
	for _, u := range []float64{0.001, 0.1, 0.5, 0.8, 0.999} {
		assert.InDelta(t, u, betaQuantile(1, 1, u), 1e-9)
		assert.InDelta(t, math.Sqrt(u), betaQuantile(2, 1, u), 1e-9)
		assert.InDelta(t, 1-math.Cbrt(1-u), betaQuantile(1, 3, u), 1e-9)
		assert.InDelta(t, math.Pow(math.Sin(math.Pi*u/2), 2), betaQuantile(0.5, 0.5, u), 1e-9)
		assert.InDelta(t, 1-betaQuantile(7, 2, 1-u), betaQuantile(2, 7, u), 1e-9)
	}
	d := dimension{Parameter: Parameter{Distribution: QBeta, A: 2, B: 1, Q: 0.25}}
	assert.InDelta(t, 0.75, d.at(0.5), 0)
}
