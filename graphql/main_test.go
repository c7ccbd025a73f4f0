package graphql

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKey is a made-up key of the usual length.
const testKey = "notakey7d1a2b3c4e5f60718293a4b5c6d7e8f90"
