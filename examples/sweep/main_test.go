package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// found runs the program and returns the loss that it found.
func found(t *testing.T, args ...string) float64 {
	t.Helper()
	var out bytes.Buffer
	require.Zero(t, run(t.Context(), args, &out), out.String())
	assert.Contains(t, out.String(), "finished")
	_, text, ok := strings.Cut(out.String(), ", loss = ")
	require.True(t, ok, out.String())
	loss, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	require.NoError(t, err)
	return loss
}

func TestSweep_OnTheServer_PrintsTheTrials(t *testing.T) {
	t.Parallel()
	assert.Less(t, found(t, "-trials", "12"), 150.0)
}

func TestSweep_Local_FindsTheMinimum(t *testing.T) {
	t.Parallel()
	assert.Less(t, found(t, "-local", "-trials", "40"), 2.0)
}

func TestSweep_WrongFlag_ExitsWith2(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), []string{"-wrong"}, &out))
	assert.Zero(t, run(t.Context(), []string{"-help"}, &out))
}
