package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// Viewer and Check agree.
func TestViewer_ServerRejectsTeamPage_AsksAgain(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string]wandbtest.TeamPages{
		"unknown argument": wandbtest.TeamPagesUnknown,
		"refused":          wandbtest.TeamPagesRefused,
	} {
		for _, g := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2026} {
			t.Run(name+" "+g.String(), func(t *testing.T) {
				t.Parallel()
				s := wandbtest.New(t, everybody(), wandbtest.WithGeneration(g), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: pages}))
				c := newClient(t, s, key("member"))
				v, err := c.Viewer(t.Context())
				require.NoError(t, err)
				assert.Equal(t, "member", v.Username)
				assert.ElementsMatch(t, []string{"acme", "frozen"}, v.Teams)
				assert.False(t, v.TeamsComplete, "the size of the server's page is unknown")
				assert.Len(t, s.Requests(), 2)

				a, err := c.Check(t.Context(), "acme", "team")
				require.NoError(t, err)
				assert.Equal(t, client.Allowed, a.Decision)
				assert.Equal(t, "member", a.Viewer.Username)

				_, err = newClient(t, s, key("nobody")).Viewer(t.Context())
				require.ErrorIs(t, err, errors.ErrBadAPIKey)
			})
		}
	}
}

func TestViewer_TeamsNotDisclosed_ReturnsAccount(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	s.Inject(wandbtest.Fault{RefuseField: "User.teams"})
	v, err := newClient(t, s, key("member")).Viewer(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "member", v.Username)
	assert.Nil(t, v.Teams)
	assert.False(t, v.TeamsComplete)
}
