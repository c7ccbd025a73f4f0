package client_test

import (
	"strings"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// key makes up a key that the search for leaked keys recognises.
func key(user string) string {
	k := "notakey" + strings.ReplaceAll(user, "-", "")
	return k + strings.Repeat("0", 40-len(k))
}

// everybody is a world with one user for every way to be refused. The team
// acme belongs to the organization corp and has one project of each scope.
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
			user("strict"),
		},
		Organizations: []wandbtest.Organization{
			{Name: "corp", Members: []wandbtest.OrgMember{
				{Username: "seat-viewer", Seat: wandbtest.SeatViewer},
				{Username: "seat-none", Seat: wandbtest.SeatNone},
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
			{Name: "frozen", Organization: "corp", Frozen: true, Members: []wandbtest.TeamMember{in("member", wandbtest.RoleMember)}},
			{Name: "elsewhere", Members: []wandbtest.TeamMember{in("outsider", wandbtest.RoleMember), in("oldtimer", wandbtest.RoleMember), in("newcomer", wandbtest.RoleMember), in("disabled", wandbtest.RoleMember)}},
			{Name: "strictteam", Organization: "strictcorp", Members: []wandbtest.TeamMember{in("strict", wandbtest.RoleMember)}},
		},
	}
	for _, scope := range []wandbtest.Scope{wandbtest.ScopeTeam, wandbtest.ScopePublic, wandbtest.ScopeOpen, wandbtest.ScopeRestricted} {
		p := wandbtest.Project{Entity: "acme", Name: string(scope), Scope: scope, Owner: "admin"}
		p.Members = append(p.Members, wandbtest.ProjectMember{Username: "lowered", Role: wandbtest.RoleViewer})
		if scope == wandbtest.ScopeRestricted {
			p.Members = append(p.Members, wandbtest.ProjectMember{Username: "invited", Role: wandbtest.RoleMember})
		}
		world.Projects = append(world.Projects, p)
	}
	return world
}

// attempt is one way to ask for a run, with the truth about it.
type attempt struct {
	user, entity, project string
	// true causes: what a verdict may name without being wrong. None means that
	// no cause we know of is at work, so every named one is wrong.
	truth []error
}

func (a attempt) name() string { return a.user + " in " + a.entity + "/" + a.project }

// attempts are the cells of the decision matrix (callers × projects) and the
// special entities. Whether a cell is refused at all is the world's policy.
func attempts() []attempt {
	outside := []error{errors.ErrNotTeamMember}
	reader := []error{errors.ErrViewerRole}
	seat := []error{errors.ErrSeatRequired}
	callers := []struct {
		user  string
		truth []error
	}{
		{"nobody", []error{errors.ErrBadAPIKey}},
		{"outsider", outside},
		{"orphan", append([]error{errors.ErrNoTeam}, outside...)},
		{"server-admin", outside},
		{"anonymous", []error{errors.ErrAnonymousKey, errors.ErrNotTeamMember}},
		{"view-only", reader},
		{"custom-reader", reader},
		{"licence-viewer", reader},
		{"seat-viewer", seat},
		{"seat-none", seat},
		{"deactivated", nil},
		{"lowered", nil},
		{"service", nil},
		{"foreign-service", []error{errors.ErrServiceAccountScope, errors.ErrNotTeamMember}},
		{"org-service", nil},
		{"member", nil},
		{"custom-writer", nil},
		{"admin", nil},
		{"invited", nil},
	}
	var all []attempt
	for _, c := range callers {
		for _, p := range []string{"new", "team", "public", "open", "restricted"} {
			a := attempt{user: c.user, entity: "acme", project: p + "", truth: c.truth}
			if p == "new" {
				a.project = "new-of-" + c.user
			}
			if p == "restricted" && c.user != "nobody" {
				a.truth = append([]error{errors.ErrProjectRestricted, errors.ErrProjectMissing}, a.truth...)
			}
			if c.user == "lowered" && p != "new" {
				a.truth = append([]error{errors.ErrProjectRestricted}, a.truth...)
			}
			all = append(all, a)
		}
	}
	return append(all,
		attempt{"outsider", "hidden", "p", outside},
		attempt{"member", "hidden", "p", outside},
		attempt{"member", "frozen", "p", []error{errors.ErrTeamFrozen}},
		attempt{"outsider", "nosuchteam", "p", []error{errors.ErrEntityMissing}},
		attempt{"orphan", "nosuchteam", "p", []error{errors.ErrEntityMissing}},
		attempt{"nobody", "nosuchteam", "p", []error{errors.ErrBadAPIKey}},
		attempt{"outsider", "corp", "p", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		attempt{"newcomer", "newcomer", "p", []error{errors.ErrNoPersonalEntity, errors.ErrEntityMissing}},
		attempt{"disabled", "disabled", "p", []error{errors.ErrNoPersonalEntity}},
		attempt{"oldtimer", "oldtimer", "p", nil},
		attempt{"oldtimer", "newcomer", "p", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		attempt{"oldtimer", "disabled", "p", []error{errors.ErrEntityMissing, errors.ErrNotTeamMember}},
		attempt{"strict", "strictteam", "p", nil},
		attempt{"outsider", "", "p", nil},
		attempt{"view-only", "", "team", reader},
		attempt{"orphan", "", "p", []error{errors.ErrNoTeam, errors.ErrEntityMissing, errors.ErrNoPersonalEntity}},
	)
}
