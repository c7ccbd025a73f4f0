package penguins

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestData_HasTheHashInItsReadme detects edits of the data set.
func TestData_HasTheHashInItsReadme(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(file)
	readme, err := os.ReadFile("data/README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), hex.EncodeToString(sum[:]))
}

func TestLoad_SplitsAndStandardizes(t *testing.T) {
	t.Parallel()
	d, err := Load(1)
	require.NoError(t, err)
	assert.Equal(t, 2, d.Skipped)
	assert.Equal(t, 275, len(d.Train)) //nolint:testifylint // Len would print all birds.
	assert.Equal(t, 67, len(d.Val))    //nolint:testifylint // likewise.
	var species [Classes]int
	for i := range Inputs {
		var mean, square float64
		for _, b := range d.Train {
			mean += b.X[i] / float64(len(d.Train))
			square += b.X[i] * b.X[i] / float64(len(d.Train))
		}
		assert.InDelta(t, 0, mean, 1e-9)
		assert.InDelta(t, 1, square, 1e-9)
	}
	for _, b := range append(d.Train, d.Val...) {
		species[b.Species]++
	}
	assert.Equal(t, [Classes]int{151, 68, 123}, species, "birds with measurements, per the publication")
}

func TestParse_InvalidRow_Fails(t *testing.T) {
	t.Parallel()
	const head = "species,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g\n"
	for name, text := range map[string]string{
		"empty": "", "no columns": "a,b\n1,2\n", "species": head + "Emperor,1,2,3,4\n", "number": head + "Adelie,1,x,3,4\n",
	} {
		_, _, err := parse([]byte(text))
		assert.Error(t, err, name)
	}
}

func TestGradient_EqualsDifferenceOfLosses(t *testing.T) {
	t.Parallel()
	d, err := Load(1)
	require.NoError(t, err)
	m := NewModel(1)
	bird := &d.Train[0]
	var g Model
	m.addGradient(&g, bird)
	loss := func() float64 {
		_, p := m.forward(&bird.X)
		return -math.Log(p[bird.Species])
	}
	const h = 1e-6
	weights := 0
	m.each(&g, &g, func(w, g, _ *float64) {
		before := *w
		*w = before + h
		up := loss()
		*w = before - h
		down := loss()
		*w = before
		assert.InDelta(t, (up-down)/(2*h), *g, 1e-6)
		weights++
	})
	assert.Equal(t, Params, weights)
}

func train(t *testing.T, o Options) []Epoch {
	t.Helper()
	tr, err := NewTrainer(o)
	require.NoError(t, err)
	var epochs []Epoch
	for done := false; !done; {
		var e Epoch
		e, done = tr.Next()
		epochs = append(epochs, e)
	}
	return epochs
}

func TestTraining_SameSeed_SameAccurateModel(t *testing.T) {
	t.Parallel()
	a, b := train(t, Defaults()), train(t, Defaults())
	require.Len(t, a, Defaults().Epochs)
	assert.Equal(t, a, b, "the same seed gives the same training")
	last := a[len(a)-1]
	assert.Greater(t, last.Val.Accuracy, 0.95, "the measurements separate most birds")
	assert.Less(t, last.Train.Loss, a[0].Train.Loss/5)
	other := Defaults()
	other.Seed = 2
	assert.NotEqual(t, a, train(t, other))
}

func TestSpecies_AreSpelledAsInTheFile(t *testing.T) {
	t.Parallel()
	for _, name := range Species() {
		assert.Contains(t, string(file), "\n"+name+",")
	}
}
