package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWithout_GeneratedFile_KeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	const before = `package graphql

// Run is a type.
type Run struct{ Name, Kind string }

// GetName returns Run.Name.
func (v *Run) GetName() string { return v.Name }

// GetKind returns Run.Kind.
func (v *Run) GetKind() string { return v.Kind }

// Kinded is an interface.
type Kinded interface {
	GetKind() string
}

// RunResponse is a response.
type RunResponse struct{ Run *Run }

// GetRun returns RunResponse.Run.
func (v *RunResponse) GetRun() *Run { return v.Run }

func (v *Run) Print() string { return v.Name }
`
	after, err := without([]byte(before))
	require.NoError(t, err)
	assert.NotContains(t, string(after), "GetName")
	for _, kept := range []string{"type Run struct{ Name, Kind string }\n\n// GetKind returns Run.Kind.\nfunc (v *Run) GetKind", "GetRun() *Run", "Print() string"} {
		assert.Contains(t, string(after), kept)
	}
	_, err = without([]byte("package"))
	require.Error(t, err)
}
