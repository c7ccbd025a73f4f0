package wandbtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDialectOf_SameKind_SharesSchema(t *testing.T) {
	t.Parallel()
	first, err := dialectOf(Gen2026, Policy{})
	require.NoError(t, err)
	again, err := dialectOf(Gen2026, Policy{MaxGroup: 1})
	require.NoError(t, err)
	assert.Same(t, first, again)
	other, err := dialectOf(Gen2026, Policy{TeamPages: TeamPagesUnknown})
	require.NoError(t, err)
	assert.NotSame(t, first.schema, other.schema)
}

func TestDialect_Load_ReportsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	const paged = `{ viewer { teams(first: 1) { edges { ...E } } } } fragment E on EntityEdge { node { name } }`
	for name, tc := range map[string]struct {
		policy Policy
		text   string
		fits   bool
	}{
		"fits":             {Policy{}, paged, true},
		"no such argument": {Policy{TeamPages: TeamPagesUnknown}, paged, false},
		"no such field":    {Policy{}, `{ viewer { nothing } }`, false},
		"not GraphQL":      {Policy{}, `{`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := dialectOf(Gen2026, tc.policy)
			require.NoError(t, err)
			got := d.load(tc.text)
			assert.Equal(t, tc.fits, len(got.errs) == 0, "%v", got.errs)
			assert.Equal(t, tc.fits, got.selects["Entity.name"])
			assert.Equal(t, got, d.load(tc.text))
		})
	}
}
