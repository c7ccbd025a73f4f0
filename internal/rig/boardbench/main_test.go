package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestDo_FewRows_MeasuresEverything takes a build of the command and some seconds.
func TestDo_FewRows_MeasuresEverything(t *testing.T) {
	if os.Getenv("WANDGO_TEST_LONG") == "" {
		t.Skip("WANDGO_TEST_LONG is not set")
	}
	t.Chdir("../../..")
	var out bytes.Buffer
	require.NoError(t, do(t.Context(), &options{dir: t.TempDir(), rows: 120_000, runs: 3}, &out))
	for _, want := range []string{"stripped", "start to 3 runs listed", "120000 rows × 10: warm, start to all points", "to its event"} {
		assert.Contains(t, out.String(), want)
	}
}
