package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBenchBoard_FewRows_MeasuresEverything takes a build of the command and some seconds.
func TestBenchBoard_FewRows_MeasuresEverything(t *testing.T) {
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	t.Chdir("..")
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	require.NoError(t, benchBoard(t.Context(), boardSizes{rounds: 1, rows: 120_000, runs: 3, limit: time.Minute, alone: true}, &out))
	for _, want := range []string{"3 runs listed", "120,000 × 10: first points", "with an index", "is shown", "installed"} {
		assert.Contains(t, out.String(), want)
	}
	assert.NotContains(t, out.String(), "failed")
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
