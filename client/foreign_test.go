package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// foreign is a server of another maker, which does not know every question.
func foreign(t *testing.T) (*wandbtest.Server, *machine) {
	t.Helper()
	s := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{Foreign: true}))
	return s, newMachine(t, s, wandbtest.AliceKey)
}

func TestForeignServer_Viewer_ReturnsTheAccount(t *testing.T) {
	t.Parallel()
	_, m := foreign(t)
	v, err := m.start(t).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "alice", v.Username)
	assert.Equal(t, "acme", v.DefaultEntity)
	assert.Contains(t, v.Teams, "acme")
	assert.Empty(t, v.AccountType)
	assert.False(t, v.TeamsComplete)
}

func TestForeignServer_KilledAndResumed_SendsEverything(t *testing.T) {
	t.Parallel()
	s, m := foreign(t)
	p := m.start(t)
	run, err := p.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "allow"})
	require.NoError(t, err)
	log(t, run, 0, 5)
	require.NoError(t, run.Flush(t.Context()))
	p.net.unplugged.Store(true)
	log(t, run, 5, 9)
	p.kill(t, run)
	run, err = m.start(t).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision", ID: "r1", Resume: "must"})
	require.NoError(t, err)
	require.NoError(t, run.Err())
	assert.EqualValues(t, 9, run.Step())
	log(t, run, 9, 12)
	require.NoError(t, run.Finish(t.Context()))
	numbered(t, onServer(t, s, "acme", "vision", "r1"), 12)
}

func TestForeignServer_Sync_UploadsTheRun(t *testing.T) {
	t.Parallel()
	s, m := foreign(t)
	m.life(t, client.ModeOffline, 0, 5)
	for range 2 {
		synced(t, m.start(t).Client, client.SyncOptions{IncludeSynced: true})
		everyRow(t, s, 5)
	}
}

// TestForeignServer_ContinuedElsewhere_SyncSaysWhatToDo: where the server cannot say which
// rows it has, none is sent twice.
func TestForeignServer_ContinuedElsewhere_SyncSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s, a := foreign(t)
	b := newMachine(t, s, wandbtest.AliceKey)
	a.life(t, client.ModeOffline, 0, 10)
	b.life(t, client.ModeOnline, 10, 15)
	_, err := a.start(t).Sync(t.Context(), nil, client.SyncOptions{})
	require.ErrorContains(t, err, "--id uploads the log as another run")
	numbers := onServer(t, s, "acme", "vision", "r1").HistoryLines
	assert.Len(t, numbers, 5)
	synced(t, a.start(t).Client, client.SyncOptions{RunID: "r2"})
	numbered(t, onServer(t, s, "acme", "vision", "r2"), 10)
}

// TestForeignServer_Check_SaysThatNothingWasRefused: a question that is not understood is
// not refused.
func TestForeignServer_Check_SaysThatNothingWasRefused(t *testing.T) {
	t.Parallel()
	_, m := foreign(t)
	c := m.start(t)
	for _, entity := range []string{"acme", "globex", "alice", ""} {
		access, err := c.Check(t.Context(), entity, "vision")
		require.NoError(t, err)
		assert.Equal(t, client.Unknown, access.Decision, entity)
		require.ErrorIs(t, access.Err(), errors.ErrSchemaMismatch)
		require.NotErrorIs(t, access.Err(), errors.ErrPermissionDenied)
		require.NoError(t, access.Cause())
		assert.Equal(t, "alice", access.Viewer.Username)
		text := access.Explain()
		assert.NotContains(t, text, "denied")
		assert.Contains(t, text, "The server decides when it is tried.")
		assert.NotEmpty(t, access.Evidence)
	}
}

// TestForeignServer_Refusal_ClaimsNoCause: a refusal whose cause cannot be asked for has
// none.
func TestForeignServer_Refusal_ClaimsNoCause(t *testing.T) {
	t.Parallel()
	s, m := foreign(t)
	require.NoError(t, s.SetRole("acme", "alice", wandbtest.RoleViewer))
	_, err := m.start(t).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "vision"})
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, errors.Undetermined, p.Confidence)
	assert.Contains(t, p.Explain(), "cause undetermined")
}
