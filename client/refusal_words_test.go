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

// The response that names the cause is the first evidence; null answers do not decide.
func TestInit_EntityMissing_EvidenceStartsWithTheResponse(t *testing.T) {
	t.Parallel()
	c := newClient(t, wandbtest.New(t, wandbtest.Solo()), wandbtest.AliceKey)
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "acme-typo", Project: "p"})
	require.ErrorIs(t, err, errors.ErrEntityMissing)
	p, ok := errors.AsType[*errors.PermissionError](err)
	require.True(t, ok)
	require.NotEmpty(t, p.Evidence)
	first := p.Evidence[0]
	assert.Equal(t, "create run", first.Question)
	assert.Contains(t, first.Result, "HTTP 404: ")
	assert.Contains(t, first.Result, "acme-typo")
	assert.Equal(t, 404, first.StatusCode)
}

// The personal entity is not a team.
func TestInit_NotMember_PersonalEntityIsNotListedAmongTeams(t *testing.T) {
	t.Parallel()
	c := newClient(t, wandbtest.New(t, wandbtest.Solo()), wandbtest.AliceKey)
	_, err := c.Init(t.Context(), client.RunOptions{Entity: "globex", Project: "p"})
	require.ErrorIs(t, err, errors.ErrNotTeamMember)
	text := strings.Join(strings.Fields(errors.Explain(err)), " ")
	assert.Contains(t, text, `personal entity "alice"`)
	assert.Contains(t, text, `Teams: "acme"`)
	assert.Contains(t, text, `your team "acme"`)
	assert.NotContains(t, text, "own entity")
}

// That the project may be hidden is said once.
func TestCheck_NewProject_OneCaveat(t *testing.T) {
	t.Parallel()
	c := newClient(t, wandbtest.New(t, wandbtest.Solo()), wandbtest.AliceKey)
	a, err := c.Check(t.Context(), "acme", "brand-new")
	require.NoError(t, err)
	require.Equal(t, client.Allowed, a.Decision)
	text := strings.Join(strings.Fields(a.Explain()), " ")
	assert.Equal(t, 1, strings.Count(text, "unless"), text)
	assert.NotContains(t, text, "as far as")
	assert.NotContains(t, text, "advice")
}
