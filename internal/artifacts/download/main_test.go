package download_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the tests are short of time, not of memory
	goleak.VerifyTestMain(m)
}
