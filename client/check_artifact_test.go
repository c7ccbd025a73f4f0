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

func TestCheckAccess_LogArtifact_FollowsRights(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	for _, tt := range []struct {
		user, path string
		cause      error
		resource   errors.Resource
	}{
		{"member", "acme/team/ds", nil, "acme/team/ds"},
		{"member", "team/ds:v3", nil, "acme/team/ds:v3"},
		{"view-only", "acme/team/ds", errors.ErrViewerRole, "acme/team/ds"},
		{"outsider", "acme/team/ds", errors.ErrNotTeamMember, "acme/team/ds"},
		{"outsider", "", errors.ErrNotTeamMember, errors.ResourceArtifact},
	} {
		r := client.AccessRequest{Entity: "acme", Action: errors.ActionLogArtifact, Resource: errors.Resource(tt.path)}
		a, err := newClient(t, s, key(tt.user)).CheckAccess(t.Context(), r)
		require.NoError(t, err, tt.user)
		assert.Equal(t, tt.cause, a.Cause(), tt.user)
		assert.Equal(t, errors.ActionLogArtifact, a.Action)
		assert.Equal(t, tt.resource, a.Resource)
		if tt.cause == nil {
			assert.Contains(t, a.Explain(), "Allowed: log artifact "+string(tt.resource)+" on ")
		} else {
			assert.Contains(t, a.Explain(), "Cannot log artifact")
		}
	}
}

func TestCheckAccess_AliasMayBeProtected_IsNoted(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	s.ProtectAlias("acme", "team", "production")
	for _, action := range []errors.Action{errors.ActionLogArtifact, errors.ActionLinkArtifact} {
		r := client.AccessRequest{Action: action, Resource: "acme/team/ds:production"}
		a, err := newClient(t, s, key("member")).CheckAccess(t.Context(), r)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(strings.Fields(a.Explain()), " "), `not known whether the alias "production" is protected`)
	}
}

func TestCheckAccess_InvalidArtifactPath_ReturnsInputError(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"))
	for _, r := range []client.AccessRequest{
		{Resource: "a/b/c/d"},
		{Resource: "/ds"},
		{Resource: "team/"},
		{Resource: ":v3"},
		{Resource: "ds:"},
		{Entity: "acme", Resource: "globex/team/ds"},
		{Project: "other", Resource: "team/ds"},
	} {
		r.Action = errors.ActionUseArtifact
		_, err := c.CheckAccess(t.Context(), r)
		assert.ErrorIs(t, err, errors.ErrInvalidInput, "%s", r.Resource)
	}
	assert.Empty(t, s.Requests())
}
