package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// A setting over a limit that only the server knows costs that setting and no other.
func TestRun_ServerRefusesOneSetting_OthersReachIt(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{MaxGroup: 5}))
	told := make(chan error, 3)
	var w warnings
	c := newClient(t, s, wandbtest.AliceKey, quickly, at(briefly), w.listen)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r", OnLost: func(err error) { told <- err }})
	require.NoError(t, err)
	require.NoError(t, run.SetGroup("too long"))
	require.NoError(t, run.SetTags("good"))
	require.NoError(t, run.UpdateConfig(map[string]any{"lr": 1}))
	log(t, run, 0, 3)
	refused := <-told
	require.ErrorIs(t, refused, errors.ErrInvalidInput)
	assert.Contains(t, refused.Error(), "GroupName")
	require.NoError(t, run.UpdateConfig(map[string]any{"later": true}))
	require.ErrorIs(t, run.Flush(t.Context()), errors.ErrInvalidInput)
	v := onServer(t, s, run.Entity(), "p", "r")
	assert.Equal(t, []string{"good"}, v.Tags)
	assert.EqualValues(t, 1, v.Config["lr"])
	assert.Equal(t, true, v.Config["later"])
	require.ErrorIs(t, run.Err(), errors.ErrInvalidInput, "the group is still missing")
	assert.Len(t, w.all(), 1)
	assert.Empty(t, told, "it is told once")

	require.ErrorIs(t, run.Finish(t.Context()), errors.ErrInvalidInput)
	v = onServer(t, s, run.Entity(), "p", "r")
	assert.Equal(t, "finished", v.State)
	assert.Len(t, v.HistoryLines, 3)
	assert.False(t, onDisk(t, run.Dir()).Dir.Synced())
	report := synced(t, c, client.SyncOptions{}, run.Dir())
	require.Len(t, report.Runs[0].Warnings, 1)
	assert.Contains(t, report.Runs[0].Warnings[0], "group was skipped")
}

func TestRun_RefusedSettingIsCorrected_NothingIsLeft(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{MaxGroup: 5}))
	c := newClient(t, s, wandbtest.AliceKey, quickly, at(briefly))
	run, err := c.Init(t.Context(), client.RunOptions{Project: "p", ID: "r"})
	require.NoError(t, err)
	require.NoError(t, run.SetGroup("too long"))
	require.ErrorIs(t, run.Flush(t.Context()), errors.ErrInvalidInput)
	require.NoError(t, run.SetGroup("short"))
	require.NoError(t, run.Flush(t.Context()))
	require.NoError(t, run.Err())
	require.NoError(t, run.Finish(t.Context()))
	assert.Equal(t, "short", onServer(t, s, run.Entity(), "p", "r").Group)
	assert.True(t, onDisk(t, run.Dir()).Dir.Synced())
}
