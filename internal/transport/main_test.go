package transport

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKey is a made-up key of the usual length.
const testKey = "notakey5e3c6b1f0a9d8e7c4b2a1f0e9d8c7b6a5"
