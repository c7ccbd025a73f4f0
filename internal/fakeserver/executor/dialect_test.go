package executor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDialectOf_SameKind_SharesSchema(t *testing.T) {
	t.Parallel()
	first, err := DialectOf(Kind{Age: "2026"})
	require.NoError(t, err)
	again, err := DialectOf(Kind{Age: "2026"})
	require.NoError(t, err)
	assert.Same(t, first, again)
	other, err := DialectOf(Kind{Age: "2026", UnpagedTeams: true})
	require.NoError(t, err)
	assert.NotSame(t, first.Schema, other.Schema)
}

func TestDialect_Load_TellsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	const paged = `{ viewer { teams(first: 1) { edges { node { name } } } } }`
	for name, tc := range map[string]struct {
		kind Kind
		text string
		fits bool
	}{
		"fits":             {Kind{Age: "2026"}, paged, true},
		"no such argument": {Kind{Age: "2026", UnpagedTeams: true}, paged, false},
		"no such field":    {Kind{Age: "2026"}, `{ viewer { nothing } }`, false},
		"not GraphQL":      {Kind{Age: "2026"}, `{`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := DialectOf(tc.kind)
			require.NoError(t, err)
			got := d.Load(tc.text)
			assert.Equal(t, tc.fits, len(got.Errs) == 0, "%v", got.Errs)
			assert.Equal(t, got, d.Load(tc.text))
		})
	}
}
