package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// Two processes that create the same run at once get in each other's way for a moment: no bug
// of the client, and worth another try.
func TestInit_DuplicateEntry_MaySucceedLater(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	opts := client.RunOptions{Entity: "acme", Project: "team", ID: "twice"}
	conflict := wandbtest.Fault{Operation: "UpsertBucket", Status: 409, Body: gqlError("Error 1062: Duplicate entry '7-twice' for key 'PRIMARY'")}
	h := s.Inject(conflict)
	_, err := c.Init(t.Context(), opts)
	assertTyped(t, err, errors.ErrServerUnavailable)
	assert.True(t, errors.IsRetryable(err))
	assert.Equal(t, 4, h.Hits(), "after three retries")
	text := errors.Explain(err)
	assert.Contains(t, text, "another request for the same run came first")
	assert.NotContains(t, text, "bug")
	h.Remove()
	conflict.Count = 2
	s.Inject(conflict)
	run, err := c.Init(t.Context(), opts)
	require.NoError(t, err)
	require.NoError(t, run.Finish(t.Context()))
}

func TestInit_RewindOfARunningRun_SaysWhatToWaitFor(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 409, 422} {
		s := wandbtest.New(t, everybody())
		c := newClient(t, s, key("member"), quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r"})
		require.NoError(t, err)
		log(t, run, 0, 3)
		s.Inject(wandbtest.Fault{Operation: "RewindRun", Status: status, Body: gqlError("failed to rewind: run is still running")})
		_, err = c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", RewindTo: client.RunStep{RunID: "r", Step: 1}})
		assertTyped(t, err, errors.ErrInvalidInput)
		text := errors.Explain(err)
		assert.Contains(t, text, "the run still counts as running")
		assert.Contains(t, text, "Stop the process that writes the run.")
		assert.NotContains(t, text, "Correct the value")
		require.NoError(t, run.Finish(t.Context()))
	}
}
