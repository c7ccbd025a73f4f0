package client_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestFlush_Online_RowsAndSettingsAreOnTheServer(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "r1"})
	require.NoError(t, err)
	require.NoError(t, run.Flush(t.Context()), "nothing is waiting")
	for i := range 20 {
		require.NoError(t, run.Log(map[string]any{"i": i}))
		if i%5 == 4 {
			require.NoError(t, run.SetNotes("flushed"))
			require.NoError(t, run.Flush(t.Context()))
			v := onServer(t, s, "acme", "team", "r1")
			assert.Len(t, v.HistoryLines, i+1)
			assert.Equal(t, "flushed", v.Notes)
		}
	}
	assert.Len(t, onDisk(t, run.Dir()).Rows, 20, "the disk has them too")
	require.NoError(t, run.Finish(t.Context()))
	require.ErrorIs(t, run.Flush(t.Context()), errors.ErrRunFinished)
}

func TestFlush_Offline_RowsAreOnDisk(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	run, err := newClient(t, s, "").Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", Mode: client.ModeOffline})
	require.NoError(t, err)
	require.NoError(t, run.Log(map[string]any{"i": 1}))
	require.NoError(t, run.Flush(t.Context()))
	assert.Len(t, onDisk(t, run.Dir()).Rows, 1)
	require.NoError(t, run.Finish(t.Context()))
}

func TestFlush_ServerAway_ReturnsTheContextsError(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	run, err := newClient(t, s, key("member"), quickly).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	away := s.Inject(wandbtest.Fault{Operation: "file_stream", Status: 503})
	require.NoError(t, run.Log(map[string]any{"i": 1}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run.Flush(ctx), context.Canceled)
	away.Remove()
	require.NoError(t, run.Finish(t.Context()))
}

func TestFlush_RowsRefused_ReturnsTheRefusal(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	run, err := newClient(t, s, key("member")).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	s.SetRole("acme", "member", wandbtest.RoleViewer)
	require.NoError(t, run.Log(map[string]any{"i": 1}))
	err = run.Flush(t.Context())
	require.ErrorIs(t, err, errors.ErrViewerRole)
	require.ErrorIs(t, run.Finish(t.Context()), errors.ErrViewerRole)
}

func TestRun_Labels_AreReadBack(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	run, err := newClient(t, s, "").Init(t.Context(), client.RunOptions{
		Entity: "acme", Project: "team", Mode: client.ModeOffline, Name: "n", Notes: "text", Group: "g", Tags: []string{"a"},
	})
	require.NoError(t, err)
	require.NoError(t, run.AddTags("b"))
	tags := run.Tags()
	assert.Equal(t, []string{"a", "b"}, tags)
	tags[0] = "changed"
	assert.Equal(t, []string{"a", "b"}, run.Tags(), "it was a copy")
	assert.Equal(t, [3]string{"n", "text", "g"}, [3]string{run.Name(), run.Notes(), run.Group()})
	require.NoError(t, run.Finish(t.Context()))
}
