package wandbtest

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestLinesModel compares the store with a plain map from number to text, while
// snapshots are taken and must stay as they were.
func TestLinesModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l lines
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
			got := l.all()
			require.True(t, slices.Equal(want, got), "%v != %v", want, got)
			require.Equal(t, highest, l.count())
			require.Equal(t, highest-len(model), l.missing())
			require.Equal(t, overwritten, l.overwritten)
			if highest > 0 {
				require.Equal(t, model[highest-1], l.last())
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
				require.NoError(t, l.put(offset, content))
				check()
			},
			"snapshot": func(*rapid.T) {
				s := l.all()
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

func TestLinesEmpty(t *testing.T) {
	t.Parallel()
	var l lines
	assert.Empty(t, l.last())
	assert.Empty(t, l.all())
	assert.Zero(t, l.count())
	assert.ErrorIs(t, l.put(-1, nil), errLineNumber)
	assert.ErrorIs(t, l.put(maxLine+1, nil), errLineNumber)
	require.NoError(t, l.put(0, []string{"a", "b"}))
	l.truncate(5)
	l.truncate(1)
	assert.Equal(t, []string{"a"}, l.all())
}

// BenchmarkLinesSnapshot shows that looking at a long run costs nothing.
func BenchmarkLinesSnapshot(b *testing.B) {
	var l lines
	require.NoError(b, l.put(0, make([]string, 1_000_000)))
	for b.Loop() {
		if len(l.all()) != 1_000_000 {
			b.Fatal()
		}
	}
}
