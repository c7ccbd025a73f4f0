package wandbtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// What an administrator changes takes effect on a run that
// is already going, at its next request.
func TestChange_RunInProgress_TakesEffectAtTheNextRequest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*wandbtest.Server) error
		status int
		body   string
	}{
		"nothing":          {func(*wandbtest.Server) error { return nil }, 200, `{"exitcode":null,"limits":{}}`},
		"View-Only":        {func(s *wandbtest.Server) error { return s.SetRole("acme", "mia", wandbtest.RoleViewer) }, 403, `{"error":"permission denied"}`},
		"removed":          {func(s *wandbtest.Server) error { return s.RemoveMember("acme", "mia") }, 404, `{"error":"project not found"}`},
		"Viewer seat":      {func(s *wandbtest.Server) error { return s.SetSeat("acme-org", "mia", wandbtest.SeatViewer) }, 403, `{"error":"permission denied"}`},
		"revoked key":      {func(s *wandbtest.Server) error { return s.RevokeKey(key("mia")) }, 401, `{"error":"user is not logged in"}`},
		"frozen":           {func(s *wandbtest.Server) error { return s.SetFrozen("acme", true) }, 403, `{"error":"permission denied"}`},
		"restricted":       {func(s *wandbtest.Server) error { return s.SetScope("acme", "team", wandbtest.ScopeRestricted) }, 404, `{"error":"project not found"}`},
		"project role":     {func(s *wandbtest.Server) error { return s.SetProjectRole("acme", "team", "mia", wandbtest.RoleViewer) }, 403, `{"error":"permission denied"}`},
		"deleted":          {func(s *wandbtest.Server) error { return s.DeleteRun("acme", "team", "r") }, 404, `{"error":"Run does not exist acme/team/r"}`},
		"stopped":          {func(s *wandbtest.Server) error { return s.StopRun("acme", "team", "r") }, 200, `{"exitcode":null,"limits":{},"stopped":true}`},
		"removed and back": {removeAndAdd, 200, `{"exitcode":null,"limits":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, matrixWorld())
			c := as(t, srv, key("mia"))
			c.mustUpsert("acme", "team", "r")
			require.NoError(t, tc.change(srv))
			status, body := c.stream("acme", "team", "r", `{}`)
			assert.Equal(t, tc.status, status)
			assert.Equal(t, tc.body, body)
		})
	}
}

func removeAndAdd(s *wandbtest.Server) error {
	if err := s.RemoveMember("acme", "mia"); err != nil {
		return err
	}
	return s.AddMember("acme", wandbtest.TeamMember{Username: "mia"})
}

func TestDeleteRun_ItsIDUsedAgain_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{DeletedRunStatus: 410}))
	c := as(t, srv, wandbtest.AliceKey)
	c.mustUpsert("acme", "p", "r")
	require.NoError(t, srv.DeleteRun("acme", "p", "r"))
	status, _ := c.stream("acme", "p", "r", `{}`)
	assert.Equal(t, http.StatusGone, status)
	status, _ = c.upsert("acme", "p", "r")
	assert.Equal(t, http.StatusConflict, status)
	assert.Nil(t, c.query("project.run", `{ project(name: "p", entityName: "acme") { run(name: "r") { id } } }`, nil))
	v, found := srv.Run("acme", "p", "r")
	assert.True(t, found && v.Deleted)
}

func TestRevokeKey_OldKey_IsRefused(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	require.NoError(t, srv.AddKey("alice", "second"))
	for _, k := range []string{wandbtest.AliceKey, "second"} {
		status, _ := as(t, srv, k).upsert("acme", "p", "r")
		assert.Equal(t, http.StatusOK, status)
	}
	require.NoError(t, srv.RevokeKey(wandbtest.AliceKey))
	status, _ := as(t, srv, wandbtest.AliceKey).upsert("acme", "p", "r")
	assert.Equal(t, http.StatusUnauthorized, status)
}

func TestChange_UnknownName_Fails(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	for want, err := range map[string]error{
		`set role: no member "nobody" in team "acme"`:    srv.SetRole("acme", "nobody", wandbtest.RoleAdmin),
		`set role: no member "mia" in team "none"`:       srv.SetRole("none", "mia", wandbtest.RoleAdmin),
		`add member: no team "none"`:                     srv.AddMember("none", wandbtest.TeamMember{Username: "mia"}),
		`add member: no user "nobody"`:                   srv.AddMember("acme", wandbtest.TeamMember{Username: "nobody"}),
		`add member: "robot" is a service account`:       srv.AddMember("acme", wandbtest.TeamMember{Username: "robot"}),
		`remove member: no member "olga" in team "acme"`: srv.RemoveMember("acme", "olga"),
		`add key: no user "nobody"`:                      srv.AddKey("nobody", "k"),
		`add key: the key is empty or in use`:            srv.AddKey("mia", key("ada")),
		`revoke key: no such key`:                        srv.RevokeKey("none"),
		`set scope: no project acme/none`:                srv.SetScope("acme", "none", wandbtest.ScopeOpen),
		`set seat: no organization "none"`:               srv.SetSeat("none", "mia", wandbtest.SeatFull),
		`set seat: no user "nobody"`:                     srv.SetSeat("acme-org", "nobody", wandbtest.SeatFull),
		`set project role: no project acme/none`:         srv.SetProjectRole("acme", "none", "mia", wandbtest.RoleViewer),
		`set project role: no user "nobody"`:             srv.SetProjectRole("acme", "team", "nobody", wandbtest.RoleViewer),
		`set frozen: no team "none"`:                     srv.SetFrozen("none", true),
		`stop run: no run acme/team/none`:                srv.StopRun("acme", "team", "none"),
		`delete run: no run acme/none/none`:              srv.DeleteRun("acme", "none", "none"),
	} {
		assert.ErrorContains(t, err, want)
	}
}
