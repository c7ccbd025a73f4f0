package runid

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNew(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		id := New()
		assert.Regexp(t, `^[a-z0-9]{8}$`, id)
		assert.False(t, seen[id], "the same id twice")
		seen[id] = true
		assert.Regexp(t, `^[a-z0-9]{32}$`, NewClient())
	}
}

// Each of the 36 characters occurs about as often as the others.
// A plain modulo would give the first four characters 8 in 256 instead of 7.
func TestNew_Letters_AreUniform(t *testing.T) {
	t.Parallel()
	const draws = 360_000
	counts := map[rune]int{}
	for range draws / 32 {
		for _, c := range NewClient() {
			counts[c]++
		}
	}
	assert.Len(t, counts, 36)
	for c, n := range counts {
		// 10000 expected, standard deviation below 100: 6 of them.
		assert.InDelta(t, draws/36, n, 600, "%c", c)
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New()
	}
}
