package main

import (
	"strings"

	"github.com/wandgo/wandgo/wandbtest"
)

// key is the fake API key of a user.
func key(username string) string {
	k := "notakeyof" + username
	return k + strings.Repeat("0", 40-len(k))
}

func user(name string) wandbtest.User {
	return wandbtest.User{Username: name, Email: name + "@example.com", Keys: []string{key(name)}}
}

// world has the team acme with the project vision, and one user for each reason why
// the server refuses them.
func world() wandbtest.World {
	anon := user("anon")
	anon.Type, anon.PersonalEntity = wandbtest.AccountAnonymous, wandbtest.PersonalEnabled
	ana := user("ana")
	ana.PersonalEntity = wandbtest.PersonalDisabled
	nina := user("nina")
	nina.NoDefaultEntity = true
	robot := user("robot")
	robot.Type, robot.HomeTeam = wandbtest.AccountService, "jo-lab"
	return wandbtest.World{
		Users: []wandbtest.User{
			user("jo"), user("vera"), user("sam"), user("kim"), user("max"), user("lone"), user("old"), ana, anon, nina, robot,
		},
		Organizations: []wandbtest.Organization{
			{Name: "acme-inc", Members: []wandbtest.OrgMember{{Username: "sam", Seat: wandbtest.SeatViewer}}},
			{Name: "strict-inc", EnforceOrgKeys: true},
		},
		Teams: []wandbtest.Team{
			{Name: "acme", Organization: "acme-inc", Members: []wandbtest.TeamMember{
				{Username: "max"}, {Username: "sam"}, {Username: "vera", Role: wandbtest.RoleViewer},
			}},
			{Name: "acme-research", Members: []wandbtest.TeamMember{{Username: "jo"}}},
			{Name: "jo-lab", Members: []wandbtest.TeamMember{{Username: "jo"}, {Username: "old"}}},
			{Name: "ana-lab", Members: []wandbtest.TeamMember{{Username: "ana"}}},
			{Name: "kim-geoai", Members: []wandbtest.TeamMember{{Username: "kim"}, {Username: "nina"}}},
			{Name: "glacier", Frozen: true, Members: []wandbtest.TeamMember{{Username: "max"}}},
			{Name: "shadow", Hidden: true, Members: []wandbtest.TeamMember{{Username: "max"}}},
			{Name: "vault", Organization: "strict-inc", Members: []wandbtest.TeamMember{{Username: "max"}}},
		},
		Projects: []wandbtest.Project{
			{Entity: "acme", Name: "vision"},
			{Entity: "jo-lab", Name: "ablation"},
			{Entity: "jo-lab", Name: "garden", ProtectedAliases: []string{"production"}},
			{Entity: "acme", Name: "survey", Members: []wandbtest.ProjectMember{{Username: "max", Role: wandbtest.RoleViewer}}},
			{Entity: "acme", Name: "payroll", Scope: wandbtest.ScopeRestricted},
			{Entity: "acme", Name: "open-r1", Scope: wandbtest.ScopePublic},
		},
	}
}
