package dashboard

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/internal/record"
	"github.com/wandgo/wandgo/internal/runstore"
)

// wave is a run of 5000 rows with one outlier, some values that are not finite, and a step
// metric that goes back once.
func wave(t *testing.T) *Board {
	t.Helper()
	root := t.TempDir()
	l := start(t, root, "a", 0, "{}")
	for i := range 5000 {
		y := fmt.Sprint(math.Sin(float64(i) / 500))
		switch i {
		case 1234:
			y = "99"
		case 2000, 2001:
			y = "NaN"
		case 3000:
			y = "-Infinity"
		}
		members := `"loss":` + y
		if i%10 == 0 {
			members += fmt.Sprintf(`,"epoch":%d,"acc":%d`, i/10%400, i)
		}
		l.row(members)
	}
	for i := range 3 {
		l.add(&record.Stats{Timestamp: noon.Add(time.Duration(i) * time.Second), Items: []record.Item{{Key: "cpu", Value: []byte("50")}}})
	}
	l.finish(0)
	return serve(t, root, Options{})
}

func TestSeries_ManyPoints_KeepsOutliersAndSaysWhatIsNotFinite(t *testing.T) {
	t.Parallel()
	b := wave(t)
	key := keyOf(t, b, "a")
	got := series(t, b, url.Values{"run": {key}, "m": {"loss"}, "n": {"100"}})
	require.Len(t, got, 1)
	s := got[0]
	assert.Equal(t, key, s.Run)
	assert.True(t, s.Sampled)
	assert.LessOrEqual(t, s.Points, 400)
	assert.Equal(t, 4997, s.Total)
	assert.Equal(t, 4999, s.Row)
	assert.Contains(t, s.ys, 99.0)
	assert.InDelta(t, 0, s.xs[0], 0)
	assert.InDelta(t, 4999, s.xs[len(s.xs)-1], 0)
	assert.IsIncreasing(t, s.xs)
	assert.InDelta(t, 99, s.Max, 0)
	assert.Equal(t, 3, s.NonFiniteTotal)
	assert.Equal(t, [][2]any{{2000.0, "NaN"}, {2001.0, "NaN"}, {3000.0, "-Infinity"}}, s.NonFinite)
}

func TestSeries_Views(t *testing.T) {
	t.Parallel()
	b := wave(t)
	key := keyOf(t, b, "a")
	one := func(q url.Values) oneSeries {
		q.Set("run", key)
		got := series(t, b, q)
		require.NotEmpty(t, got)
		return got[len(got)-1]
	}
	zoomed := one(url.Values{"m": {"loss"}, "from": {"100"}, "to": {"199"}})
	assert.False(t, zoomed.Sampled)
	assert.Equal(t, 100, zoomed.Total)
	assert.InDelta(t, 99, zoomed.xs[0], 0, "a point on each side")
	assert.InDelta(t, 200, zoomed.xs[101], 0)
	assert.InDelta(t, 100, zoomed.First, 0)

	later := one(url.Values{"m": {"loss"}, "after": {"4989"}})
	assert.Equal(t, []float64{4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999}, later.xs)
	assert.Equal(t, 4999, later.Row)
	none := one(url.Values{"m": {"loss"}, "after": {"4999"}})
	assert.Zero(t, none.Points)
	assert.Equal(t, 4999, none.Row)

	soft := one(url.Values{"m": {"loss"}, "smooth": {"0.9"}})
	assert.True(t, soft.Smooth)
	assert.Less(t, soft.Max, 20.0, "the outlier is smoothed")
	assert.InDelta(t, 0, soft.ys[0], 1e-9, "no bias at the start")

	byEpoch := one(url.Values{"m": {"acc"}, "x": {"epoch"}})
	assert.IsNonDecreasing(t, byEpoch.xs)
	assert.Equal(t, 500, byEpoch.Points)
	assert.Equal(t, []float64{0, 4000}, byEpoch.ys[:2])

	cpu := one(url.Values{"s": {"cpu"}})
	assert.Equal(t, []float64{0, 1, 2}, cpu.xs)
	cpu = one(url.Values{"s": {"cpu"}, "x": {"_timestamp"}})
	assert.InDelta(t, runstore.Seconds(noon), cpu.xs[0], 0)

	assert.Empty(t, series(t, b, url.Values{"run": {key, "gone"}, "m": {"missing"}}))
	for _, q := range []string{"", "run=x", "m=loss", "run=x&m=a&from=x", "run=x&m=a&n=0", "run=x&m=a&to=NaN", "run=x&s=a&x=loss", "run=x&m=a&after=-2"} {
		assert.Equal(t, http.StatusBadRequest, get(t, b, "/-/series?"+q).Code, q)
	}
}

// The line through the points that are kept covers the same range in each bucket as the
// line through all.
func TestSample_RandomPoints_EachBucketHasItsExtremes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // not for secrets
	for range 50 {
		var xs, ys []float64
		x := random.NormFloat64() * 1000
		for range 1 + random.IntN(3000) {
			if random.IntN(3) > 0 {
				x += random.ExpFloat64()
			}
			xs, ys = append(xs, x), append(ys, random.NormFloat64())
		}
		half := len(xs) / 2
		chunks := []runstore.Chunk{{X: xs[:half], Y: ys[:half]}, {X: xs[half:], Y: ys[half:]}}
		r := reduced{}
		buckets := 1 + random.IntN(50)
		r.fill(chunks, view{from: math.Inf(-1), to: math.Inf(1), buckets: buckets})
		require.LessOrEqual(t, r.header.Points, 4*(buckets+1))
		require.IsNonDecreasing(t, r.points.xs)
		if !r.header.Sampled {
			require.Equal(t, ys, r.points.ys)
			continue
		}
		scale := float64(buckets) / (xs[len(xs)-1] - xs[0])
		low := xs[0]
		extremes := func(xs, ys []float64) map[int][2]float64 {
			out := map[int][2]float64{}
			for k, x := range xs {
				at := min(int((x-low)*scale), buckets-1)
				e, ok := out[at]
				if !ok {
					e = [2]float64{ys[k], ys[k]}
				}
				out[at] = [2]float64{min(e[0], ys[k]), max(e[1], ys[k])}
			}
			return out
		}
		require.Equal(t, extremes(xs, ys), extremes(r.points.xs, r.points.ys))
	}
}

func TestFill_StrangeX_EndsAndKeepsAll(t *testing.T) {
	t.Parallel()
	for name, xs := range map[string][]float64{
		"all the same": {5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
		"huge":         {1e300, 1e300, 1.1e300, 1.2e300, 1.3e300, 1.4e300, 1.5e300, 1e308, 1.7e308, 1.7e308},
		"infinite":     {math.Inf(-1), 0, 0, 0, 0, 0, 0, 0, 0, math.Inf(1)},
		"tiny steps":   {1, 1 + 1e-16, 1 + 1e-15, 1 + 2e-15, 1 + 3e-15, 1 + 4e-15, 1 + 5e-15, 1 + 6e-15, 1 + 7e-15, 1 + 8e-15},
	} {
		r := reduced{}
		r.fill([]runstore.Chunk{{X: xs, Y: []float64{0, 1, 2, 3, -9, 5, 6, 7, 8, 9}}}, view{from: math.Inf(-1), to: math.Inf(1), buckets: 1})
		assert.Contains(t, r.points.ys, -9.0, name)
		assert.Contains(t, r.points.ys, 9.0, name)
	}
}

func BenchmarkReduce_MillionPoints(b *testing.B) {
	xs, ys := make([]float64, 1_000_000), make([]float64, 1_000_000)
	for i := range xs {
		xs[i], ys[i] = float64(i), math.Sin(float64(i))
	}
	chunks := []runstore.Chunk{{X: xs, Y: ys}}
	for b.Loop() {
		r := reduced{}
		r.fill(chunks, view{from: math.Inf(-1), to: math.Inf(1), buckets: 1000})
	}
}
