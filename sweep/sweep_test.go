package sweep_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/api"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/sweep"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestNew_ValidConfig_IsOnTheServer(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	cfg := grid(4)
	cfg.Name, cfg.Description, cfg.Project = "first", "d", "other"
	s, err := sweep.New(t.Context(), c, cfg)
	require.NoError(t, err)
	assert.Equal(t, "acme/other/"+s.ID, s.Path())
	assert.Equal(t, srv.URL()+"/acme/other/sweeps/"+s.ID, s.URL())
	assert.Equal(t, []string{"first", "d", "grid", "PENDING"}, []string{s.Name, s.Description, string(s.Method), string(s.State)})
	assert.Equal(t, 4, s.Expected)
	assert.WithinDuration(t, time.Now(), s.CreatedAt, time.Minute)
	again, err := sweep.Parse([]byte(s.Config))
	require.NoError(t, err)
	assert.Equal(t, cfg.Metric, again.Metric)
	for _, path := range []string{s.Path(), "other/" + s.ID, s.URL()} {
		got, err := sweep.Get(t.Context(), c, path)
		require.NoError(t, err, path)
		assert.Equal(t, s.ID, got.ID)
	}
}

func TestNew_UnknownKeyOfAParameter_IsWarnedAbout(t *testing.T) {
	t.Parallel()
	srv, _ := serve(t)
	var log bytes.Buffer
	c, err := client.New(client.Options{
		BaseURL: srv.URL(), APIKey: wandbtest.AliceKey, Dir: t.TempDir(), Output: io.Discard,
		Logger: slog.New(slog.NewTextHandler(&log, nil)), Getenv: func(string) string { return "" },
	})
	require.NoError(t, err)
	cfg, err := sweep.Parse([]byte("method: random\nentity: acme\nproject: vision\nparameters:\n  a: {parameters: {b: {min: 1, max: 2, zzz: 3}}}\n"))
	require.NoError(t, err)
	_, err = sweep.New(t.Context(), c, cfg)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	assert.Contains(t, log.String(), "parameters.a.parameters.b.zzz is not a known key")
}

func TestNew_RefusedConfig_SaysWhy(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	_, err := sweep.New(t.Context(), c, &sweep.Config{Method: sweep.Grid})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	_, err = sweep.New(t.Context(), c, &sweep.Config{Method: sweep.Grid, Entity: "a b/c", Parameters: map[string]sweep.Parameter{"x": {Value: 1}}})
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.Empty(t, srv.Requests())
	srv.Inject(wandbtest.Fault{Operation: "UpsertSweep", Status: 400, Body: `{"errors":[{"message":"Invalid sweep config: too many parameters"}]}`})
	_, err = sweep.Create(t.Context(), c, grid(1))
	require.ErrorIs(t, err, errors.ErrInvalidInput)
	assert.ErrorContains(t, err, "too many parameters")
}

func TestGet_NoSuchSweep_IsMissing(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	create(t, c, grid(1))
	_, err := sweep.Get(t.Context(), c, "acme/vision/none1234")
	require.ErrorIs(t, err, errors.ErrSweepMissing)
	_, err = sweep.Get(t.Context(), c, "acme/none/none1234")
	require.ErrorIs(t, err, errors.ErrProjectMissing)
	_, err = sweep.Get(t.Context(), c, "a/b/c/d")
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestList_MoreThanAPage_ListsAll(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	want := map[string]bool{}
	for range 53 {
		want[create(t, c, grid(1))] = true
	}
	n := 0
	for s, err := range sweep.List(t.Context(), c, "acme/vision") {
		require.NoError(t, err)
		assert.True(t, want[s.ID])
		n++
	}
	assert.Equal(t, 53, n)
	for _, err := range sweep.List(t.Context(), c, "acme/none") {
		require.ErrorIs(t, err, errors.ErrProjectMissing)
	}
	for _, err := range sweep.List(t.Context(), c, "a/b/c") {
		require.ErrorIs(t, err, errors.ErrInvalidInput)
	}
}

func TestStates_Transitions_AreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	srv, c := serve(t)
	s, err := sweep.New(t.Context(), c, grid(3))
	require.NoError(t, err)
	ctx := t.Context()
	for _, step := range []struct {
		do   func() error
		want string
		over bool
	}{
		{func() error { return s.Pause(ctx) }, "PAUSED", false},
		{func() error { return s.Resume(ctx) }, "RUNNING", false},
		{func() error { return s.Stop(ctx) }, "FINISHED", false},
		{func() error { return s.Pause(ctx) }, "FINISHED", true},
		{func() error { return s.Cancel(ctx) }, "FINISHED", true},
		{func() error { return s.Resume(ctx) }, "RUNNING", false},
		{func() error { return s.Cancel(ctx) }, "CANCELED", false},
		{func() error { return s.Stop(ctx) }, "CANCELED", true},
	} {
		err := step.do()
		if step.over {
			require.ErrorIs(t, err, errors.ErrInvalidInput)
			assert.ErrorContains(t, err, " is over: ")
		} else {
			require.NoError(t, err)
		}
		view, _ := srv.Sweep("acme", "vision", s.ID)
		assert.Equal(t, step.want, view.State)
	}
	require.NoError(t, srv.DeleteSweep("acme", "vision", s.ID))
	require.ErrorIs(t, s.Pause(ctx), errors.ErrSweepMissing)
}

func TestTrials_OfASweep_AreListed(t *testing.T) {
	t.Parallel()
	_, c := serve(t)
	id := create(t, c, grid(3))
	create(t, c, grid(3))
	require.NoError(t, sweep.Agent{Client: c, Sweep: id, Heartbeat: beat}.Run(t.Context(), parabola))
	s, err := sweep.Get(t.Context(), c, id)
	require.NoError(t, err)
	assert.Equal(t, 3, s.Runs)
	require.NotNil(t, s.Best)
	n := 0
	for run, err := range s.Trials(t.Context(), api.Query{Filter: api.Summary("loss").Gt(1)}) {
		require.NoError(t, err)
		assert.Equal(t, id, run.Sweep)
		n++
	}
	assert.Equal(t, 2, n)
	other, err := sweep.New(t.Context(), c, &sweep.Config{Method: sweep.Random, Parameters: map[string]sweep.Parameter{"x": {Value: 1}}})
	require.NoError(t, err)
	_, err = other.BestTrial(t.Context())
	require.ErrorIs(t, err, errors.ErrInvalidInput)
}

func TestSweeps_NoKey_ReturnErrNoAPIKeyWithoutARequest(t *testing.T) {
	t.Parallel()
	srv, _ := serve(t)
	c := connect(t, srv, "")
	list := func() error {
		for _, err := range sweep.List(t.Context(), c, "acme/vision") {
			return err
		}
		return nil
	}
	_, created := sweep.New(t.Context(), c, grid(1))
	_, got := sweep.Get(t.Context(), c, "acme/vision/abcd1234")
	ran := sweep.Agent{Client: c, Sweep: "acme/vision/abcd1234"}.Run(t.Context(), func(context.Context, *client.Run) error { return nil })
	for name, err := range map[string]error{"new": created, "get": got, "list": list(), "agent": ran} {
		require.ErrorIs(t, err, errors.ErrNoAPIKey, name)
		assert.ErrorContains(t, err, "no API key", name)
	}
	assert.Empty(t, srv.Requests())
}
