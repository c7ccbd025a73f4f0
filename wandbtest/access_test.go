package wandbtest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// The columns of the decision matrix: the states a project can be in.
var columns = []struct{ name, project string }{
	{"missing", "fresh"},
	{"team", "team"},
	{"public", "public"},
	{"open", "open"},
	{"restricted and invited", "invited"},
	{"restricted and not invited", "closed"},
}

// What comes of an upsert.
const (
	ok            = "200"
	unauthorized  = "401 user is not logged in"
	denied        = "403 permission denied"
	projectHidden = "404 project not found"
	noEntity      = "404 entity E not found during upsertBucket"
	impossible    = "-"
)

// matrixRow is one caller of the decision matrix, with what comes of an upsert
// in each column.
type matrixRow struct {
	caller, entity string
	policy         wandbtest.Policy
	want           [6]string
}

func all(outcome string) [6]string {
	return [6]string{outcome, outcome, outcome, outcome, outcome, outcome}
}

// outsider is what somebody without any place in the team gets.
var outsider = [6]string{denied, projectHidden, denied, ok, projectHidden, projectHidden}

var matrix = map[string]matrixRow{
	"no key":                                   {caller: "", entity: "acme", want: all(unauthorized)},
	"unknown key":                              {caller: "nobody", entity: "acme", want: all(unauthorized)},
	"not in team":                              {caller: "olga", entity: "acme", want: outsider},
	"not in team, hidden team":                 {caller: "olga", entity: "secret", want: outsider},
	"invited to team, not accepted":            {caller: "pending", entity: "acme", want: outsider},
	"View-Only role":                           {caller: "vera", entity: "acme", want: [6]string{denied, denied, denied, ok, denied, projectHidden}},
	"View-Only role, closed policy":            {caller: "vera", entity: "acme", policy: wandbtest.Policy{OpenToViewOnlyRole: wandbtest.Refuse, RestrictedStatus: 403}, want: [6]string{denied, denied, denied, denied, denied, denied}},
	"Member":                                   {caller: "mia", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"Member, restricted answers 403":           {caller: "mia", entity: "acme", policy: wandbtest.Policy{RestrictedStatus: 403}, want: [6]string{ok, ok, ok, ok, ok, denied}},
	"Admin":                                    {caller: "ada", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"Member, Viewer seat":                      {caller: "seat-viewer", entity: "acme", want: [6]string{denied, denied, denied, denied, denied, projectHidden}},
	"Member, Viewer seat, open policy":         {caller: "seat-viewer", entity: "acme", policy: wandbtest.Policy{OpenToViewerSeat: wandbtest.Allow}, want: [6]string{denied, denied, denied, ok, denied, projectHidden}},
	"Member, No-access seat":                   {caller: "seat-none", entity: "acme", want: [6]string{denied, denied, denied, denied, denied, projectHidden}},
	"Member, No-access seat, hidden":           {caller: "seat-none", entity: "acme", policy: wandbtest.Policy{NoSeatHidden: true}, want: [6]string{denied, projectHidden, denied, denied, projectHidden, projectHidden}},
	"Custom role from Member":                  {caller: "custom-member", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"Custom role from Member, removed":         {caller: "custom-removed", entity: "acme", want: [6]string{denied, denied, denied, ok, denied, projectHidden}},
	"Custom role from View-Only":               {caller: "custom-viewer", entity: "acme", want: [6]string{denied, denied, denied, ok, denied, projectHidden}},
	"Custom role from View-Only, added":        {caller: "custom-added", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"project role View-Only":                   {caller: "lowered", entity: "acme", want: [6]string{ok, denied, denied, denied, denied, projectHidden}},
	"project role View-Only, open policy":      {caller: "lowered", entity: "acme", policy: wandbtest.Policy{OpenToProjectViewer: wandbtest.Allow}, want: [6]string{ok, denied, denied, ok, denied, projectHidden}},
	"team service account":                     {caller: "robot", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"team service account of another team":     {caller: "stranger", entity: "acme", want: outsider},
	"org service account":                      {caller: "org-robot", entity: "acme", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"org service account, other organization":  {caller: "org-robot", entity: "secret", want: outsider},
	"own username, personal entity enabled":    {caller: "old", entity: "old", want: [6]string{ok, ok, ok, ok, ok, ok}},
	"own username, personal entity disabled":   {caller: "new", entity: "new", want: all(denied)},
	"own username, personal entity absent":     {caller: "mia", entity: "mia", want: all(noEntity)},
	"somebody else's personal entity":          {caller: "olga", entity: "old", want: outsider},
	"personal key, org enforces":               {caller: "mia", entity: "strict", want: all(denied)},
	"personal key, org enforces, hidden":       {caller: "mia", entity: "strict", policy: wandbtest.Policy{OrgKeyStatus: 404}, want: all(noEntity)},
	"personal key, org enforces, unauthorized": {caller: "mia", entity: "strict", policy: wandbtest.Policy{OrgKeyStatus: 401}, want: all(unauthorized)},
	"service account, org enforces":            {caller: "strict-robot", entity: "strict", want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"organization name":                        {caller: "mia", entity: "acme-org", want: all(denied)},
	"organization name, missing":               {caller: "mia", entity: "acme-org", policy: wandbtest.Policy{OrganizationStatus: 404}, want: all(noEntity)},
	"entity missing":                           {caller: "mia", entity: "nowhere", want: all(noEntity)},
	"entity in other case":                     {caller: "mia", entity: "ACME", want: all(noEntity)},
	"entity in other case, folded":             {caller: "mia", entity: "ACME", policy: wandbtest.Policy{FoldEntityCase: true}, want: [6]string{ok, ok, ok, ok, ok, projectHidden}},
	"own username in other case, folded":       {caller: "old", entity: "OLD", policy: wandbtest.Policy{FoldEntityCase: true}, want: [6]string{ok, ok, ok, ok, ok, ok}},
	"organization in other case, folded":       {caller: "mia", entity: "ACME-org", policy: wandbtest.Policy{FoldEntityCase: true}, want: all(denied)},
	"entity missing, folded":                   {caller: "mia", entity: "nowhere", policy: wandbtest.Policy{FoldEntityCase: true}, want: all(noEntity)},
	"frozen team":                              {caller: "mia", entity: "frozen", want: [6]string{denied, denied, denied, denied, denied, projectHidden}},
	"not in frozen team":                       {caller: "olga", entity: "frozen", want: [6]string{denied, projectHidden, denied, denied, projectHidden, projectHidden}},
	"anonymous account":                        {caller: "anon", entity: "acme", want: [6]string{denied, projectHidden, denied, denied, projectHidden, projectHidden}},
	"anonymous account, own entity":            {caller: "anon", entity: "anon", want: [6]string{ok, impossible, impossible, impossible, impossible, impossible}},
	"VIEWER account":                           {caller: "licence", entity: "acme", want: [6]string{denied, denied, denied, denied, denied, projectHidden}},
	"VIEWER account outside the team":          {caller: "licence", entity: "secret", want: [6]string{denied, projectHidden, denied, denied, projectHidden, projectHidden}},
	"deactivated account":                      {caller: "gone", entity: "acme", want: [6]string{denied, denied, denied, denied, denied, projectHidden}},
	"server admin without the header":          {caller: "root", entity: "acme", want: outsider},
}

// key is the made-up key of a user of matrixWorld.
func key(username string) string {
	if username == "" {
		return ""
	}
	return fmt.Sprintf("%040x", username)
}

// matrixWorld has a caller for each row and a project for each column, in each
// entity that rows are about.
func matrixWorld() wandbtest.World {
	w := wandbtest.World{
		Organizations: []wandbtest.Organization{
			{Name: "acme-org", Members: []wandbtest.OrgMember{
				{Username: "ada", Role: wandbtest.RoleAdmin},
				{Username: "seat-viewer", Seat: wandbtest.SeatViewer},
				{Username: "seat-none", Seat: wandbtest.SeatNone},
			}},
			{Name: "strict-org", EnforceOrgKeys: true},
		},
	}
	for _, name := range []string{
		"olga", "pending", "vera", "mia", "ada", "seat-viewer", "seat-none", "custom-member", "custom-removed",
		"custom-viewer", "custom-added", "lowered", "old", "new", "anon", "licence", "gone", "root",
	} {
		w.Users = append(w.Users, wandbtest.User{Username: name, Email: name + "@example.com", Keys: []string{key(name)}})
	}
	edit := func(name string, change func(*wandbtest.User)) {
		for i := range w.Users {
			if w.Users[i].Username == name {
				change(&w.Users[i])
			}
		}
	}
	edit("old", func(u *wandbtest.User) { u.PersonalEntity = wandbtest.PersonalEnabled })
	edit("new", func(u *wandbtest.User) { u.PersonalEntity = wandbtest.PersonalDisabled })
	edit("anon", func(u *wandbtest.User) {
		u.Type, u.PersonalEntity = wandbtest.AccountAnonymous, wandbtest.PersonalEnabled
	})
	edit("licence", func(u *wandbtest.User) { u.Type = wandbtest.AccountViewer })
	edit("gone", func(u *wandbtest.User) { u.Deactivated = true })
	edit("root", func(u *wandbtest.User) { u.Admin = true })
	w.Users = append(w.Users,
		wandbtest.User{Username: "robot", Type: wandbtest.AccountService, HomeTeam: "acme", Keys: []string{key("robot")}},
		wandbtest.User{Username: "stranger", Type: wandbtest.AccountService, HomeTeam: "secret", Keys: []string{key("stranger")}},
		wandbtest.User{Username: "org-robot", Type: wandbtest.AccountOrgService, HomeTeam: "sister", Keys: []string{key("org-robot")}},
		wandbtest.User{Username: "strict-robot", Type: wandbtest.AccountService, HomeTeam: "strict", Keys: []string{key("strict-robot")}},
	)
	w.Teams = []wandbtest.Team{
		{Name: "acme", Organization: "acme-org", Members: []wandbtest.TeamMember{
			{Username: "pending", Pending: true},
			{Username: "vera", Role: wandbtest.RoleViewer},
			{Username: "mia"},
			{Username: "ada", Role: wandbtest.RoleAdmin},
			{Username: "seat-viewer"},
			{Username: "seat-none"},
			{Username: "custom-member", Role: wandbtest.RoleCustom, CustomName: "Labeller"},
			{Username: "custom-removed", Role: wandbtest.RoleCustom, CanWrite: new(false)},
			{Username: "custom-viewer", Role: wandbtest.RoleCustom, CustomBase: wandbtest.RoleViewer},
			{Username: "custom-added", Role: wandbtest.RoleCustom, CustomBase: wandbtest.RoleViewer, CanWrite: new(true)},
			{Username: "lowered"},
			{Username: "licence"},
			{Username: "gone"},
		}},
		{Name: "sister", Organization: "acme-org"},
		{Name: "secret", Hidden: true},
		{Name: "strict", Organization: "strict-org", Members: []wandbtest.TeamMember{{Username: "mia"}}},
		{Name: "frozen", Frozen: true, Members: []wandbtest.TeamMember{{Username: "mia"}}},
	}
	for _, entity := range []string{"acme", "secret", "strict", "frozen", "old"} {
		w.Projects = append(w.Projects, projectsOf(entity, w)...)
	}
	return w
}

// projectsOf makes a project for each column.
func projectsOf(entity string, w wandbtest.World) []wandbtest.Project {
	invited := []wandbtest.ProjectMember{}
	for _, t := range w.Teams {
		if t.Name == entity {
			for _, m := range t.Members {
				if m.Username != "lowered" {
					invited = append(invited, wandbtest.ProjectMember{Username: m.Username})
				}
			}
		}
	}
	for _, robot := range []string{"robot", "org-robot", "strict-robot"} {
		invited = append(invited, wandbtest.ProjectMember{Username: robot})
	}
	var lowered []wandbtest.ProjectMember
	if entity == "acme" {
		lowered = []wandbtest.ProjectMember{{Username: "lowered", Role: wandbtest.RoleViewer}}
	}
	return []wandbtest.Project{
		{Entity: entity, Name: "team", Scope: wandbtest.ScopeTeam, Members: lowered, Owner: "ada"},
		{Entity: entity, Name: "public", Scope: wandbtest.ScopePublic, Members: lowered},
		{Entity: entity, Name: "open", Scope: wandbtest.ScopeOpen, Members: lowered},
		{Entity: entity, Name: "invited", Scope: wandbtest.ScopeRestricted, Members: append(invited, lowered...)},
		{Entity: entity, Name: "closed", Scope: wandbtest.ScopeRestricted},
	}
}

// Every cell of the decision matrix is checked over HTTP: may this
// caller create a run in that project, and what is the refusal?
func TestPolicy_EachCallerAndProject_DecidesTheUpsert(t *testing.T) {
	t.Parallel()
	for _, generation := range []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026} {
		for name, row := range matrix {
			t.Run(fmt.Sprintf("%v/%s", generation, name), func(t *testing.T) {
				t.Parallel()
				srv := wandbtest.New(t, matrixWorld(), wandbtest.WithGeneration(generation), wandbtest.WithPolicy(row.policy))
				c := as(t, srv, key(row.caller))
				for i, column := range columns {
					if row.want[i] == impossible {
						continue
					}
					t.Run("project "+column.name, func(t *testing.T) {
						before := len(srv.Runs())
						status, body := c.upsert(row.entity, column.project, "run1")
						message, code, path := errorOf(t, body)
						got := strings.TrimSpace(fmt.Sprintf("%d %s", status, message))
						assert.Equal(t, strings.ReplaceAll(row.want[i], "E", row.entity), got)
						if status == http.StatusOK {
							return
						}
						assert.Equal(t, []any{"upsertBucket"}, path)
						wantCode := ""
						if status != http.StatusNotFound {
							wantCode = "PERMISSION_ERROR"
						}
						assert.Equal(t, wantCode, code)
						assert.Len(t, srv.Runs(), before, "a refused upsert must not leave anything behind")
					})
				}
			})
		}
	}
}

// What the server shows must agree with what it
// then allows: the basis of every diagnosis.
func TestPolicy_EachCallerAndProject_ReadsAgreeWithWrites(t *testing.T) {
	t.Parallel()
	const probe = `query Probe($e: String!, $p: String!) {
	  entity(name: $e) { name readOnly }
	  project(name: $p, entityName: $e) { name readOnly }
	}`
	for name, row := range matrix {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, matrixWorld(), wandbtest.WithPolicy(row.policy))
			c := as(t, srv, key(row.caller))
			for i, column := range columns {
				if row.want[i] == impossible {
					continue
				}
				vars := map[string]any{"e": row.entity, "p": column.project}
				entity, project := c.query("entity", probe, vars), c.query("project", probe, vars)
				status, _ := c.upsert(row.entity, column.project, "run1")
				switch {
				case column.name == "missing":
					assert.Nil(t, project, column.name)
					if entity != nil {
						assert.Equal(t, status != http.StatusOK, at(entity, "readOnly"), "entity.readOnly: may one make projects here?")
					}
				case project != nil:
					assert.Equal(t, status != http.StatusOK, at(project, "readOnly"), column.name)
				default:
					assert.NotEqual(t, http.StatusOK, status, "%s: written to a project that is not shown", column.name)
				}
				if row.want[i] == noEntity && row.policy.OrgKeyStatus == 0 && row.policy.OrganizationStatus == 0 {
					assert.Nil(t, entity)
				}
				if row.want[i] == projectHidden {
					assert.Nil(t, project, column.name)
				}
			}
		})
	}
}

// The power of a server administrator counts only
// where it is asked for.
func TestPolicy_AdminPrivileges_NeedTheHeader(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, matrixWorld())
	c := as(t, srv, key("root"))
	c.header = http.Header{"Use-Admin-Privileges": {"true"}}
	for _, column := range columns {
		status, body := c.upsert("acme", column.project, "run1")
		assert.Equal(t, http.StatusOK, status, body)
	}
	notAdmin := as(t, srv, key("olga"))
	notAdmin.header = c.header
	status, _ := notAdmin.upsert("acme", "team", "run2")
	assert.Equal(t, http.StatusNotFound, status)
}

// Where runs go that name no entity.
func TestPolicy_NoEntity_UsesTheDefault(t *testing.T) {
	t.Parallel()
	w := matrixWorld()
	w.Users = append(w.Users,
		wandbtest.User{Username: "chooser", Keys: []string{key("chooser")}, DefaultEntity: "acme"},
		wandbtest.User{Username: "lonely", Keys: []string{key("lonely")}})
	srv := wandbtest.New(t, w)
	for username, want := range map[string]string{
		"old": "old", "mia": "acme", "robot": "acme", "org-robot": "sister",
	} {
		c := as(t, srv, key(username))
		assert.Equal(t, want, c.query("upsertBucket.bucket.project.entity.name", upsertQuery,
			map[string]any{"input": map[string]any{"name": "r-" + username, "entityName": nil}}), username)
		assert.Equal(t, want, c.query("viewer.entity", `{ viewer { entity } }`, nil), username)
	}
	status, body := as(t, srv, key("chooser")).upsert("", "fresh", "r") // named, but not a member
	assert.Equal(t, http.StatusForbidden, status, body)
	status, body = as(t, srv, key("lonely")).upsert("", "", "r")
	require.Equal(t, http.StatusNotFound, status, body)
	assert.Contains(t, body, "entity lonely not found during upsertBucket")
}

// The knob for servers that guard runs by owner.
func TestPolicy_OwnRunsOnly_RefusesOtherRuns(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{false, true} {
		srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithPolicy(wandbtest.Policy{OwnRunsOnly: own}))
		alice, bob := as(t, srv, wandbtest.AliceKey), as(t, srv, wandbtest.BobKey)
		alice.mustUpsert("acme", "p", "r")
		status, _ := bob.upsert("acme", "p", "r")
		assert.Equal(t, own, status == http.StatusForbidden)
		status, _ = bob.stream("acme", "p", "r", `{}`)
		assert.Equal(t, own, status == http.StatusForbidden)
		const q = `{ project(name: "p", entityName: "acme") { run(name: "r") { readOnly user { username } } } }`
		assert.Equal(t, own, bob.query("project.run.readOnly", q, nil))
		assert.Equal(t, "alice", bob.query("project.run.user.username", q, nil))
	}
}
