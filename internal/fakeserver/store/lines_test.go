package store

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestLines_PutInAnyOrder_EqualsModel compares the store with a plain map from number to text, while
// snapshots are taken and must stay as they were.
func TestLines_PutInAnyOrder_EqualsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l Lines
		model := map[int]string{}
		overwritten, next := 0, 0
		var snapshots, copies [][]string
		check := func() {
			want := make([]string, 0, len(model))
			highest := 0
			for _, n := range slices.Sorted(maps.Keys(model)) {
				want = append(want, model[n])
				highest = n + 1
			}
			got := l.All()
			require.True(t, slices.Equal(want, got), "%v != %v", want, got)
			require.Equal(t, highest, l.Count())
			require.Equal(t, highest-len(model), l.Missing())
			require.Equal(t, overwritten, l.Overwritten())
			if highest > 0 {
				require.Equal(t, model[highest-1], l.Last())
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				offset := rapid.IntRange(0, 12).Draw(t, "offset")
				content := make([]string, rapid.IntRange(0, 4).Draw(t, "lines"))
				for i := range content {
					next++
					content[i] = strconv.Itoa(next)
					if _, again := model[offset+i]; again {
						overwritten++
					}
					model[offset+i] = content[i]
				}
				l.Put(offset, content)
				check()
			},
			"snapshot": func(*rapid.T) {
				s := l.All()
				snapshots, copies = append(snapshots, s), append(copies, slices.Clone(s))
			},
			"": func(t *rapid.T) {
				for i := range snapshots {
					require.True(t, slices.Equal(copies[i], snapshots[i]), "snapshot %d changed", i)
				}
			},
		})
	})
}

func TestLines_Truncate_KeepsTheFirstLines(t *testing.T) {
	t.Parallel()
	var l Lines
	assert.Empty(t, l.Last())
	assert.Empty(t, l.All())
	assert.Zero(t, l.Count())
	l.Put(0, []string{"a", "b"})
	l.Truncate(5)
	l.Truncate(1)
	assert.Equal(t, []string{"a"}, l.All())
}

// BenchmarkLinesSnapshot shows that looking at a long run costs nothing.
func BenchmarkLinesSnapshot(b *testing.B) {
	var l Lines
	l.Put(0, make([]string, 1_000_000))
	for b.Loop() {
		if len(l.All()) != 1_000_000 {
			b.Fatal()
		}
	}
}
