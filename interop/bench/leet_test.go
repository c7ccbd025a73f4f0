package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLeetView_Covered_ReadsAxesAndState(t *testing.T) {
	t.Parallel()
	const chart = "│ State: %s │ ╭────╮\n│ │train/m1 │ │\n│ %s │ │\n"
	for name, tc := range map[string]struct {
		screen string
		want   int
	}{
		"nothing yet":       {"No data.", 0},
		"first rows":        {strings.NewReplacer("%s", "│").Replace(chart), 1},
		"thousands":         {"│train/m1│\n│       0   12k 24k 37k  ││      0   12k 23k 35k   ││", 37_000},
		"a million":         {"│train/m1│\n│     0   222k    667k 1M│", 999_999},
		"the run has ended": {"State: Finished\n│train/m1│\n│ 0   2k  5k  7k│", 1_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := (&leetView{rows: 1_000_000, metrics: 2}).covered([]byte(tc.screen))
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}
