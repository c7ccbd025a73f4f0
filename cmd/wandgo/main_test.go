package main

import (
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the tests are short of time, not of memory
	goleak.VerifyTestMain(m)
}

// long makes the tests that run a sample run everything; .ci/run sets it.
var long = os.Getenv("WANDGO_TEST_LONG") != ""

// words are a printed command's arguments, as a shell reads them.
func words(t *testing.T, command string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `printf '%s\n' `+command).Output()
	require.NoError(t, err, command)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
