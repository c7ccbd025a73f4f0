package interop

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/wandgo/wandgo/interop/scenario"
)

// childVariable makes the test program run a wandgo scenario instead of tests.
const childVariable = "WANDGO_INTEROP_HALF"

func TestMain(m *testing.M) {
	if name := os.Getenv(childVariable); name != "" {
		os.Exit(scenario.Main(name))
	}
	if rows := os.Getenv(historyVariable); rows != "" {
		os.Exit(serveHistory(rows))
	}
	if os.Getenv(trialVariable) != "" {
		os.Exit(trial())
	}
	goleak.VerifyTestMain(m)
}
