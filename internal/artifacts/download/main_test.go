package download_test

import (
	"os"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the tests are short of time, not of memory
	goleak.VerifyTestMain(m)
}

// long makes the tests that run a sample run everything; .ci/run sets it.
var long = os.Getenv("WANDGO_TEST_LONG") != ""
