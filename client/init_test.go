package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/graphql"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestInitLogFinish(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)

	run, err := c.Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "vision", ID: "run1", Name: "first", Group: "g", JobType: "train",
		Notes: "a note", Tags: []string{"a", "b"}, Config: map[string]any{"lr": 0.1, "model": map[string]any{"depth": 3}},
	})
	require.NoError(t, err)
	assert.Len(t, s.Requests(), 1, "a successful Init is one request")
	assert.Equal(t, "acme", run.Entity())
	assert.Equal(t, "vision", run.Project())
	assert.Equal(t, "run1", run.ID())
	assert.Equal(t, "first", run.Name())
	assert.Equal(t, s.URL()+"/acme/vision/runs/run1", run.URL())

	for i := range 10 {
		require.NoError(t, run.Log(map[string]any{"loss": 1 / float64(i+1), "epoch": i}))
	}
	require.NoError(t, run.Finish(t.Context()))
	require.NoError(t, run.Finish(t.Context()), "finishing twice is fine")
	require.ErrorIs(t, run.Log(map[string]any{"loss": 1}), errors.ErrRunFinished)

	stored, ok := s.Run("acme", "vision", "run1")
	require.True(t, ok)
	assert.Equal(t, "finished", stored.State)
	require.Len(t, stored.History(), 10)
	for i, row := range stored.History() {
		assert.InDelta(t, i, row["_step"], 0)
		assert.InDelta(t, 1/float64(i+1), row["loss"], 0)
	}
	assert.InDelta(t, 0.1, stored.Summary["loss"], 1e-12)
	assert.InDelta(t, 9, stored.Summary["_step"], 0)
	assert.Equal(t, "first", stored.DisplayName)
	assert.Equal(t, []string{"a", "b"}, stored.Tags)
}

func TestInitRefused(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey)
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "globex", Project: "new"})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	require.ErrorIs(t, err, errors.ErrPermissionDenied)
	httpErr, ok := errors.AsType[*graphql.HTTPError](err)
	require.True(t, ok)
	assert.Equal(t, 403, httpErr.StatusCode)
	assert.Len(t, s.Requests(), 2, "a refused Init is two requests")
	t.Log(err)
	t.Log("\n" + errors.Explain(err))
}
