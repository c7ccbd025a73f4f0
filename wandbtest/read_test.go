package wandbtest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestViewer_EachAccount_ReturnsItsFields(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `{ viewer { username email entity accountType admin personalEntityDisabled deletedAt
	  userEntity { name } defaultEntity { name } teams(first: 1000) { edges { node { name } } } } }`
	for name, tc := range map[string]struct {
		key  string
		want map[string]any
	}{
		"no key":      {"", nil},
		"unknown key": {key("nobody"), nil},
		"member": {key("mia"), map[string]any{
			"username": "mia", "email": "mia@example.com", "entity": "acme", "accountType": "USER", "personalEntityDisabled": true,
			"teams": []string{"acme", "strict", "frozen"}, "defaultEntity": "acme",
		}},
		"old account": {key("old"), map[string]any{
			"username": "old", "email": "old@example.com", "entity": "old", "accountType": "USER", "personalEntityDisabled": false,
			"teams": []string{"old"}, "userEntity": "old", "defaultEntity": "old",
		}},
		"pending": {key("pending"), map[string]any{
			"username": "pending", "email": "pending@example.com", "accountType": "USER", "personalEntityDisabled": true, "teams": []string{},
		}},
		"service account": {key("robot"), map[string]any{
			"username": "robot", "entity": "acme", "accountType": "SERVICE", "personalEntityDisabled": true,
			"teams": []string{"acme"}, "defaultEntity": "acme",
		}},
		"org service account": {key("org-robot"), map[string]any{
			"username": "org-robot", "entity": "sister", "accountType": "ORG_SERVICE", "personalEntityDisabled": true,
			"teams": []string{"acme", "sister"}, "defaultEntity": "sister",
		}},
		"anonymous": {key("anon"), map[string]any{
			"username": "anon", "email": "anon@example.com", "entity": "anon", "accountType": "ANONYMOUS", "personalEntityDisabled": false,
			"teams": []string{"anon"}, "userEntity": "anon", "defaultEntity": "anon",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			viewer := as(t, srv, tc.key).query("viewer", q, nil)
			if tc.want == nil {
				assert.Nil(t, viewer)
				return
			}
			for field, want := range map[string]any{
				"username": tc.want["username"], "email": tc.want["email"], "entity": tc.want["entity"],
				"accountType": tc.want["accountType"], "personalEntityDisabled": tc.want["personalEntityDisabled"],
				"userEntity.name": tc.want["userEntity"], "defaultEntity.name": tc.want["defaultEntity"], "admin": false, "deletedAt": nil,
			} {
				assert.Equal(t, want, at(viewer, field), field)
			}
			assert.Equal(t, tc.want["teams"], teamNames(viewer))
		})
	}
	assert.NotNil(t, as(t, srv, key("gone")).query("viewer.deletedAt", q, nil))
}

func teamNames(viewer any) []string {
	names := []string{}
	for _, edge := range at(viewer, "teams.edges").([]any) {
		names = append(names, at(edge, "node.name").(string))
	}
	return names
}

// The list of teams may be cut, by the question or by the
// server.
func TestViewer_TeamPages_AreCutOrRefused(t *testing.T) {
	t.Parallel()
	const q = `query T($n: Int, $after: String) { viewer { teams(first: $n, after: $after) { edges { node { name } cursor } } } }`
	srv := wandbtest.New(t, matrixWorld(), wandbtest.WithPolicy(wandbtest.Policy{TeamPageSize: 2}))
	mia := as(t, srv, key("mia"))
	assert.Equal(t, []string{"acme", "strict"}, teamNames(mia.query("viewer", q, nil)))
	assert.Equal(t, []string{"acme"}, teamNames(mia.query("viewer", q, map[string]any{"n": 1})))
	assert.Equal(t, []string{"frozen"}, teamNames(mia.query("viewer", q, map[string]any{"n": 1000, "after": "2"})))
	assert.Equal(t, []string{}, teamNames(mia.query("viewer", q, map[string]any{"after": "77"})))
}

// What servers that dislike the question for a
// page make of it.
func TestViewerTeams_PolicyWithoutPages_ReturnsError(t *testing.T) {
	t.Parallel()
	const paged, plain = `{ viewer { username teams(first: 1000) { edges { node { name } } } } }`, `{ viewer { username teams { edges { node { name } } } } }`
	for name, tc := range map[string]struct {
		pages wandbtest.TeamPages
		want  string
	}{
		"unknown": {wandbtest.TeamPagesUnknown, `{"errors":[{"message":"Unknown argument \"first\" on field \"User.teams\".","locations":[{"line":1,"column":21}]}]}`},
		"refused": {wandbtest.TeamPagesRefused, `{"data":{"viewer":{"username":"mia","teams":null}},"errors":[{"message":"the page is too large","path":["viewer","teams"]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mia := as(t, wandbtest.New(t, matrixWorld(), wandbtest.WithPolicy(wandbtest.Policy{TeamPages: tc.pages})), key("mia"))
			status, body := mia.graphql(paged, nil)
			assert.Equal(t, 200, status)
			assert.JSONEq(t, tc.want, body)
			assert.Equal(t, []string{"acme", "strict", "frozen"}, teamNames(mia.query("viewer", plain, nil)))
		})
	}
}

func TestEntity_EachCaller_SeesWhatThePolicyShows(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `query E($e: String) { entity(name: $e) { name isTeam readOnly readOnlyAdmin entityType organization { name } } }`
	type answer struct {
		readOnly, frozen bool
		kind             string
		organization     any
	}
	for name, tc := range map[string]struct {
		caller, entity string
		want           *answer
	}{
		"own team":                      {"mia", "acme", &answer{false, false, "team", "acme-org"}},
		"own team, View-Only":           {"vera", "acme", &answer{true, false, "team", "acme-org"}},
		"own team, Viewer seat":         {"seat-viewer", "acme", &answer{true, false, "team", "acme-org"}},
		"frozen team":                   {"mia", "frozen", &answer{true, true, "team", nil}},
		"foreign team":                  {"olga", "acme", &answer{true, false, "team", nil}},
		"foreign team, bad key":         {"nobody", "acme", &answer{true, false, "team", nil}},
		"hidden team":                   {"olga", "secret", nil},
		"hidden team, its own":          {"stranger", "secret", &answer{false, false, "team", nil}},
		"missing":                       {"mia", "nowhere", nil},
		"other case":                    {"mia", "Acme", nil},
		"no name, default entity":       {"mia", "", &answer{false, false, "team", "acme-org"}},
		"personal, own, enabled":        {"old", "old", &answer{false, false, "user", nil}},
		"personal, own, disabled":       {"new", "new", &answer{true, false, "user", nil}},
		"personal, own, absent":         {"mia", "mia", nil},
		"personal, foreign":             {"mia", "old", &answer{true, false, "user", nil}},
		"organization":                  {"mia", "acme-org", &answer{true, false, "organization", "acme-org"}},
		"organization, foreign":         {"olga", "acme-org", nil},
		"org enforces keys":             {"mia", "strict", nil},
		"org enforces keys, by service": {"strict-robot", "strict", &answer{false, false, "team", "strict-org"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := as(t, srv, key(tc.caller)).query("entity", q, map[string]any{"e": tc.entity})
			if tc.want == nil {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, answer{
				at(got, "readOnly").(bool), at(got, "readOnlyAdmin").(bool), at(got, "entityType").(string), at(got, "organization.name"),
			}, *tc.want)
			assert.Equal(t, tc.want.kind == "team", at(got, "isTeam"))
		})
	}
}

func TestEntity_Members_AreShownToTheTeamOnly(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `query M($e: String!) { entity(name: $e) { name members { username role memberRole { name } pending accountType } } }`
	find := func(list any, username string) any {
		i := slices.IndexFunc(list.([]any), func(m any) bool { return at(m, "username") == username })
		require.GreaterOrEqual(t, i, 0, username)
		return list.([]any)[i]
	}
	list := as(t, srv, key("vera")).query("entity.members", q, map[string]any{"e": "acme"})
	for username, want := range map[string]string{
		"vera":          "viewer viewer false USER",
		"mia":           "member member false USER",
		"ada":           "admin admin false USER",
		"pending":       "member member true USER",
		"custom-member": "member Labeller false USER",
		"custom-viewer": "viewer custom false USER",
		"licence":       "member member false VIEWER",
		"robot":         "member member false SERVICE",
	} {
		m := find(list, username)
		assert.Equal(t, want, fmt.Sprint(at(m, "role"), " ", at(m, "memberRole.name"), " ", at(m, "pending"), " ", at(m, "accountType")), username)
	}

	t.Run("refused to outsiders, and the entity with it", func(t *testing.T) {
		t.Parallel()
		status, body := as(t, srv, key("olga")).graphql(q, map[string]any{"e": "acme"})
		assert.Equal(t, http.StatusOK, status)
		assert.JSONEq(t, `{"data":{"entity":null},"errors":[{"message":"permission denied","path":["entity","members"],"extensions":{"code":"PERMISSION_ERROR"}}]}`, body)
	})
	t.Run("policy", func(t *testing.T) {
		t.Parallel()
		p := wandbtest.Policy{MembersPublic: true, ViewOnlyName: "view-only"}
		srv := wandbtest.New(t, matrixWorld(), wandbtest.WithPolicy(p))
		list := as(t, srv, key("olga")).query("entity.members", q, map[string]any{"e": "acme"})
		assert.Equal(t, "view-only", at(find(list, "vera"), "role"))

		srv = wandbtest.New(t, matrixWorld(), wandbtest.WithPolicy(wandbtest.Policy{FieldRefusalStatus: 403}))
		status, _ := as(t, srv, key("olga")).graphql(q, map[string]any{"e": "acme"})
		assert.Equal(t, http.StatusForbidden, status)
	})
}

func TestEntity_Seats_AreShownToTheOrganizationOnly(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `query S($e: String!, $u: String!) { entity(name: $e) { organization { name
	  member(username: $u) { username role modelsSeat } members { username modelsSeat } } } }`
	mia := as(t, srv, key("mia"))
	for username, want := range map[string]any{
		"seat-viewer": "viewer", "seat-none": "none", "mia": "full", "ada": "full", "olga": nil, "nobody": nil,
	} {
		got := mia.query("entity.organization.member.modelsSeat", q, map[string]any{"e": "acme", "u": username})
		assert.Equal(t, want, got, username)
	}
	list := mia.query("entity.organization.members", q, map[string]any{"e": "acme", "u": "ada"}).([]any)
	assert.Len(t, list, 12, "everybody in a team of the organization, without service accounts")
	assert.Equal(t, "admin", mia.query("entity.organization.member.role", q, map[string]any{"e": "acme", "u": "ada"}))
	assert.Nil(t, as(t, srv, key("olga")).query("entity.organization", q, map[string]any{"e": "acme", "u": "ada"}))
}

func TestProject_EachCaller_SeesWhatThePolicyShows(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `query P($e: String, $p: String) {
	  project(name: $p, entityName: $e) { name entityName access readOnly user { username } entity { name } }
	  model(name: $p, entityName: $e) { name }
	}`
	for name, tc := range map[string]struct {
		caller, project string
		access          string // "" for null
		readOnly        bool
	}{
		"team, member":              {"mia", "team", "PRIVATE", false},
		"team, View-Only":           {"vera", "team", "PRIVATE", true},
		"team, project role":        {"lowered", "team", "PRIVATE", true},
		"team, outsider":            {"olga", "team", "", false},
		"public, member":            {"mia", "public", "USER_READ", false},
		"public, outsider":          {"olga", "public", "USER_READ", true},
		"public, bad key":           {"nobody", "public", "USER_READ", true},
		"open, outsider":            {"olga", "open", "USER_WRITE", false},
		"restricted, invited":       {"mia", "invited", "RESTRICTED", false},
		"restricted, not invited":   {"mia", "closed", "", false},
		"restricted, admin":         {"ada", "closed", "", false},
		"restricted, View-Only":     {"vera", "invited", "RESTRICTED", true},
		"missing":                   {"mia", "fresh", "", false},
		"missing, bad key":          {"nobody", "fresh", "", false},
		"restricted, service":       {"robot", "invited", "RESTRICTED", false},
		"restricted, other service": {"robot", "closed", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := as(t, srv, key(tc.caller))
			vars := map[string]any{"e": "acme", "p": tc.project}
			got := c.query("project", q, vars)
			assert.Equal(t, got == nil, c.query("model", q, vars) == nil)
			if tc.access == "" {
				assert.Nil(t, got)
				return
			}
			assert.Equal(t, tc.access, at(got, "access"))
			assert.Equal(t, tc.readOnly, at(got, "readOnly"))
			assert.Equal(t, "acme", at(got, "entity.name"))
			if tc.project == "team" {
				assert.Equal(t, "ada", at(got, "user.username"))
			}
		})
	}
}

func TestProject_Members_HaveTheirRoles(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	const q = `query P($p: String) { project(name: $p, entityName: "acme") { name members { username role { name } projectRoleIsInherited } } }`
	roles := func(caller, project string) map[string]string {
		got := map[string]string{}
		for _, m := range as(t, srv, key(caller)).query("project.members", q, map[string]any{"p": project}).([]any) {
			got[at(m, "username").(string)] = fmt.Sprint(at(m, "role.name"), " ", at(m, "projectRoleIsInherited"))
		}
		return got
	}
	team := roles("mia", "team")
	assert.Equal(t, "viewer false", team["lowered"])
	assert.Equal(t, "member true", team["mia"])
	assert.Equal(t, "viewer true", team["vera"])
	assert.NotContains(t, team, "pending")
	assert.Contains(t, roles("mia", "invited"), "robot")
	status, body := as(t, srv, key("olga")).graphql(q, map[string]any{"p": "public"})
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"project":null`)
	assert.Contains(t, body, `"path":["project","members"]`)
}
