package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// TestLogPartialOfLoops: a map that contains itself twice over must cost neither
// the program nor an eternity.
func TestLogPartialOfLoops(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, "")
	run, err := c.Init(t.Context(), client.RunOptions{Mode: "disabled", Project: "p"})
	require.NoError(t, err)
	loop := map[string]any{"x": 1}
	loop["left"], loop["right"] = loop, loop
	require.ErrorIs(t, run.Log(map[string]any{"loop": loop, "i": 0}), errors.ErrInvalidInput)
	require.ErrorIs(t, run.LogPartial(map[string]any{"loop": loop, "i": 1}), errors.ErrInvalidInput)
	require.NoError(t, run.Commit())
	i, ok := run.Summary("i")
	assert.True(t, ok)
	assert.EqualValues(t, 1, i)
	require.NoError(t, run.Finish(t.Context()))
}
