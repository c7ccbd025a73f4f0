package client_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// statingServer is a server of 2026, which names the reasons of some refusals.
func statingServer(t *testing.T) *wandbtest.Server {
	t.Helper()
	user := func(name string) wandbtest.User {
		return wandbtest.User{Username: name, Keys: []string{key(name)}}
	}
	nowhere := user("nowhere")
	nowhere.NoDefaultEntity = true
	return wandbtest.New(t, wandbtest.World{
		Users: []wandbtest.User{user("sam"), user("max"), nowhere},
		Organizations: []wandbtest.Organization{
			{Name: "acme-inc", Members: []wandbtest.OrgMember{{Username: "sam", Seat: wandbtest.SeatViewer}}},
			{Name: "strict-inc", EnforceOrgKeys: true},
		},
		Teams: []wandbtest.Team{
			{Name: "acme", Organization: "acme-inc", Members: []wandbtest.TeamMember{{Username: "sam"}, {Username: "nowhere"}, {Username: "max"}}},
			{Name: "vault", Organization: "strict-inc", Members: []wandbtest.TeamMember{{Username: "max"}}},
		},
	}, wandbtest.WithPolicy(wandbtest.Policy{StatesReasons: true}))
}

func TestInit_ServerNamesTheReason_IsTheCause(t *testing.T) {
	t.Parallel()
	s := statingServer(t)
	for _, tt := range []struct {
		user, entity string
		cause        error
		remedy       string
	}{
		{"sam", "acme", errors.ErrSeatRequired, "full Models seat"},
		{"max", "vault", errors.ErrKeyScope, `Create a key for the organization of team "vault"`},
		{"nowhere", "", errors.ErrNoDefaultEntity, "export WANDB_ENTITY=acme"},
	} {
		_, err := newClient(t, s, key(tt.user)).Init(t.Context(), client.RunOptions{Entity: tt.entity, Project: "p"})
		require.ErrorIs(t, err, tt.cause)
		p, ok := errors.AsType[*errors.PermissionError](err)
		require.True(t, ok)
		assert.Equal(t, errors.Certain, p.Confidence)
		text := unwrapped(errors.Explain(err))
		assert.Contains(t, text, tt.remedy)
		assert.NotContains(t, text, "exists", "a key of another organization learns nothing about the entity")
	}
}

func TestCheck_AccountWithoutDefaultEntity_DeniesAsInitDoes(t *testing.T) {
	t.Parallel()
	s := statingServer(t)
	c := newClient(t, s, key("nowhere"))
	access, err := c.Check(t.Context(), "", "p")
	require.NoError(t, err)
	assert.Equal(t, client.Denied, access.Decision)
	assert.Equal(t, errors.ErrNoDefaultEntity, access.Cause())
	access, err = c.Check(t.Context(), "acme", "p")
	require.NoError(t, err)
	assert.Equal(t, client.Allowed, access.Decision)
}

func TestRun_SeatIsTakenInMidRun_RemedyIsThatOfARunningRun(t *testing.T) {
	t.Parallel()
	s := statingServer(t)
	run, err := newClient(t, s, key("max")).Init(t.Context(), client.RunOptions{Entity: "acme", Project: "p"})
	require.NoError(t, err)
	require.NoError(t, s.SetSeat("acme-inc", "max", wandbtest.SeatViewer))
	require.NoError(t, run.Log(map[string]any{"loss": 1}))
	err = run.Finish(t.Context())
	require.ErrorIs(t, err, errors.ErrSeatRequired)
	text := errors.Explain(err)
	assert.NotContains(t, text, "WANDB_ENTITY")
	assert.Contains(t, text, "wandgo sync")
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "/") { // an address or a path cannot be broken
			assert.LessOrEqual(t, len([]rune(line)), 81, line)
		}
	}
}
