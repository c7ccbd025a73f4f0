package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// long makes the tests that run a sample run everything; .ci/run sets it.
var long = os.Getenv("WANDGO_TEST_LONG") != ""
