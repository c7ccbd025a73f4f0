package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// Values over a limit of the server are refused when they are set, offline and in
// mid-run, and do not hold back later changes.
func TestSetGroup_OverTheServersLimit_IsRefusedAndHoldsNothingBack(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, wandbtest.Solo())
	c := newClient(t, s, wandbtest.AliceKey, quickly)
	long := strings.Repeat("é", 129)
	for _, mode := range []client.Mode{"online", "offline"} {
		_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", Mode: mode, Group: long})
		require.ErrorIs(t, err, errors.ErrInvalidInput, mode)
	}
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	require.NoError(t, err)
	require.ErrorIs(t, run.SetGroup(long), errors.ErrInvalidInput)
	require.NoError(t, run.SetGroup(long[:2*128]))
	require.NoError(t, run.UpdateConfig(map[string]any{"late": 1}))
	require.NoError(t, run.Finish(t.Context()))
	v := onServer(t, s, "acme", "vision", run.ID())
	assert.Equal(t, long[:2*128], v.Group)
	assert.Contains(t, v.Config, "late")
	assert.Empty(t, v.Violations(wandbtest.Pace{Heartbeat: 30 * time.Second}))
}
