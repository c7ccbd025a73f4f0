package client_test

import (
	"fmt"
	"strings"

	"github.com/wandgo/wandgo/wandbtest"
)

// key makes up a key that the search for leaked keys recognises.
func key(user string) string {
	k := "notakey" + strings.ReplaceAll(user, "-", "")
	return k + strings.Repeat("0", 40-len(k))
}

// everybody is a world with one user for every way to be refused. The team
// acme belongs to the organization corp and has one project of each scope, and
// a restricted one to which everybody in the team is invited.
func everybody() wandbtest.World {
	user := func(name string, change ...func(*wandbtest.User)) wandbtest.User {
		u := wandbtest.User{Username: name, Keys: []string{key(name)}}
		for _, f := range change {
			f(&u)
		}
		return u
	}
	kind := func(t wandbtest.AccountType, home string) func(*wandbtest.User) {
		return func(u *wandbtest.User) { u.Type, u.HomeTeam = t, home }
	}
	personal := func(p wandbtest.PersonalEntity) func(*wandbtest.User) {
		return func(u *wandbtest.User) { u.PersonalEntity = p }
	}
	in := func(name string, role wandbtest.Role) wandbtest.TeamMember {
		return wandbtest.TeamMember{Username: name, Role: role}
	}
	insiders := []wandbtest.TeamMember{
		in("admin", wandbtest.RoleAdmin), in("member", wandbtest.RoleMember), in("invited", wandbtest.RoleMember),
		in("view-only", wandbtest.RoleViewer), in("seat-viewer", wandbtest.RoleMember), in("seat-none", wandbtest.RoleMember),
		in("lowered", wandbtest.RoleMember), in("licence-viewer", wandbtest.RoleMember), in("deactivated", wandbtest.RoleMember),
		in("view-only-seat", wandbtest.RoleViewer),
		{Username: "pending", Role: wandbtest.RoleMember, Pending: true},
		{Username: "custom-reader", Role: wandbtest.RoleCustom, CustomName: "Labeler", CustomBase: wandbtest.RoleViewer},
		{Username: "custom-writer", Role: wandbtest.RoleCustom, CustomName: "Trainer", CustomBase: wandbtest.RoleMember},
	}
	world := wandbtest.World{
		Users: []wandbtest.User{
			user("admin"), user("member"), user("invited"), user("view-only"), user("seat-viewer"), user("seat-none"),
			user("lowered"), user("custom-reader"), user("custom-writer"), user("outsider"), user("orphan"),
			user("licence-viewer", kind(wandbtest.AccountViewer, "")),
			user("deactivated", func(u *wandbtest.User) { u.Deactivated = true }),
			user("anonymous", kind(wandbtest.AccountAnonymous, "")),
			user("service", kind(wandbtest.AccountService, "acme")),
			user("foreign-service", kind(wandbtest.AccountService, "elsewhere")),
			user("org-service", kind(wandbtest.AccountOrgService, "acme")),
			user("oldtimer", personal(wandbtest.PersonalEnabled)),
			user("disabled", personal(wandbtest.PersonalDisabled)),
			user("newcomer", personal(wandbtest.PersonalAbsent)),
			user("server-admin", func(u *wandbtest.User) { u.Admin = true }),
			user("strict"), user("pending"), user("view-only-seat"),
			user("busy"), user("busy-reader"), user("busy-outsider"),
		},
		Organizations: []wandbtest.Organization{
			{Name: "corp", Members: []wandbtest.OrgMember{
				{Username: "seat-viewer", Seat: wandbtest.SeatViewer},
				{Username: "seat-none", Seat: wandbtest.SeatNone},
				{Username: "view-only-seat", Seat: wandbtest.SeatViewer},
				{Username: "member"},
				{Username: "view-only"},
				{Username: "custom-reader"},
				{Username: "lowered"},
				{Username: "admin"},
			}},
			{Name: "strictcorp", EnforceOrgKeys: true, Members: []wandbtest.OrgMember{{Username: "strict"}}},
		},
		Teams: []wandbtest.Team{
			{Name: "acme", Organization: "corp", Members: insiders},
			{Name: "hidden", Hidden: true, Members: []wandbtest.TeamMember{in("admin", wandbtest.RoleAdmin)}},
			{Name: "frozen", Organization: "corp", Frozen: true, Members: []wandbtest.TeamMember{in("member", wandbtest.RoleMember), in("view-only", wandbtest.RoleViewer)}},
			{Name: "elsewhere", Members: []wandbtest.TeamMember{in("outsider", wandbtest.RoleMember), in("oldtimer", wandbtest.RoleMember), in("newcomer", wandbtest.RoleMember), in("disabled", wandbtest.RoleMember)}},
			{Name: "strictteam", Organization: "strictcorp", Members: []wandbtest.TeamMember{in("strict", wandbtest.RoleMember)}},
		},
	}
	// More teams than a server may list on one page, and one that comes after.
	for i := range 11 {
		world.Teams = append(world.Teams, wandbtest.Team{Name: fmt.Sprintf("club-%02d", i), Members: []wandbtest.TeamMember{
			in("busy", wandbtest.RoleMember), in("busy-reader", wandbtest.RoleMember), in("busy-outsider", wandbtest.RoleMember),
		}})
	}
	world.Teams = append(world.Teams, wandbtest.Team{Name: "last", Members: []wandbtest.TeamMember{
		in("busy", wandbtest.RoleMember), in("busy-reader", wandbtest.RoleViewer),
	}})
	lowered := wandbtest.ProjectMember{Username: "lowered", Role: wandbtest.RoleViewer}
	for _, scope := range []wandbtest.Scope{wandbtest.ScopeTeam, wandbtest.ScopePublic, wandbtest.ScopeOpen, wandbtest.ScopeRestricted} {
		world.Projects = append(world.Projects, wandbtest.Project{
			Entity: "acme", Name: string(scope), Scope: scope, Owner: "admin", Members: []wandbtest.ProjectMember{lowered},
		})
	}
	invited := wandbtest.Project{Entity: "acme", Name: "invited", Scope: wandbtest.ScopeRestricted, Members: []wandbtest.ProjectMember{
		lowered, {Username: "service"}, {Username: "org-service"},
	}}
	for _, m := range insiders {
		if m.Username != "lowered" && !m.Pending {
			invited.Members = append(invited.Members, wandbtest.ProjectMember{Username: m.Username})
		}
	}
	world.Projects = append(world.Projects, invited)
	return world
}
