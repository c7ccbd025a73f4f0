package wandbtest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// realm is the world while the server runs: a copy of the initial one, indexed by name, with the
// projects created since. It is guarded by Server.mu.
type realm struct {
	users    map[string]*User
	keys     map[string]*User
	subjects map[string]*User
	tokens   map[string]accessToken
	orgs     map[string]*Organization
	teams    map[string]*Team
	projects map[projectKey]*project
	// order has the teams in the order of the world, for responses.
	order []*Team
	fold  bool
}

type projectKey struct{ entity, name string }

// project is a project and its runs.
type project struct {
	Project
	number      int // from 1; 0 until it is stored
	created     time.Time
	runs        map[string]*run
	sweeps      map[string]*sweep
	collections map[string]*collection
}

func newRealm(w World, fold bool, now time.Time) *realm {
	r := &realm{
		users: map[string]*User{}, keys: map[string]*User{}, subjects: map[string]*User{}, tokens: map[string]accessToken{}, orgs: map[string]*Organization{},
		teams: map[string]*Team{}, projects: map[projectKey]*project{}, fold: fold,
	}
	for _, u := range w.Users {
		u.Keys = slices.Clone(u.Keys)
		u.Type = cmp.Or(u.Type, AccountUser)
		u.PersonalEntity = cmp.Or(u.PersonalEntity, PersonalAbsent)
		r.users[u.Username] = &u
		for _, k := range u.Keys {
			r.keys[k] = &u
		}
		for _, subject := range u.Subjects {
			r.subjects[subject] = &u
		}
	}
	for _, o := range w.Organizations {
		o.Members = slices.Clone(o.Members)
		r.orgs[o.Name] = &o
	}
	for _, t := range w.Teams {
		t.Members = slices.Clone(t.Members)
		r.teams[t.Name] = &t
		r.order = append(r.order, &t)
	}
	for _, p := range w.Projects {
		p.Members = slices.Clone(p.Members)
		r.add(newProject(p, now))
	}
	return r
}

func newProject(p Project, now time.Time) *project {
	p.Scope = cmp.Or(p.Scope, ScopeTeam)
	return &project{Project: p, created: now, runs: map[string]*run{}, sweeps: map[string]*sweep{}, collections: map[string]*collection{}}
}

// isNew says that the project is not stored yet.
func (p *project) isNew() bool { return p.number == 0 }

// add stores a project, unless it is stored already.
func (r *realm) add(p *project) {
	if p.isNew() {
		p.number = len(r.projects) + 1
		r.projects[projectKey{p.Entity, p.Name}] = p
	}
}

func (r *realm) project(entity, name string) *project {
	return r.projects[projectKey{r.canonical(entity), name}]
}

// canonical returns the name as in the world if case is ignored.
func (r *realm) canonical(entity string) string {
	if !r.fold {
		return entity
	}
	for name := range r.teams {
		if strings.EqualFold(name, entity) {
			return name
		}
	}
	for name, u := range r.users {
		if strings.EqualFold(name, entity) && u.PersonalEntity != PersonalAbsent {
			return name
		}
	}
	for name := range r.orgs {
		if strings.EqualFold(name, entity) {
			return name
		}
	}
	return entity
}

// teamsOf lists the teams the user belongs to.
func (r *realm) teamsOf(u *User) []*Team {
	var teams []*Team
	for _, t := range r.order {
		if r.membership(t, u) != nil {
			teams = append(teams, t)
		}
	}
	return teams
}

// membership returns the user's membership of the team, or nil for outsiders. Service accounts
// are members of their home team, or of all teams of its organization.
func (r *realm) membership(t *Team, u *User) *TeamMember {
	if u == nil {
		return nil
	}
	if u.isService() {
		home := r.teams[u.HomeTeam]
		sameOrg := u.Type == AccountOrgService && home != nil && t.Organization != "" && home.Organization == t.Organization
		if t == home || sameOrg {
			return &TeamMember{Username: u.Username, Role: RoleMember}
		}
		return nil
	}
	if m := t.member(u.Username); m != nil && !m.Pending {
		return m
	}
	return nil
}

// defaultEntity is the entity of the user's runs that do not name one; may be "".
func (r *realm) defaultEntity(u *User) string {
	switch {
	case u.NoDefaultEntity:
		return ""
	case u.DefaultEntity != "":
		return u.DefaultEntity
	case u.isService():
		return u.HomeTeam
	case u.PersonalEntity == PersonalEnabled:
		return u.Username
	}
	if teams := r.teamsOf(u); len(teams) > 0 {
		return teams[0].Name
	}
	return ""
}

// inOrganization reports whether the user is in the organization, directly or through a team.
func (r *realm) inOrganization(o *Organization, u *User) bool {
	if u == nil {
		return false
	}
	if o.member(u.Username) != nil {
		return true
	}
	return slices.ContainsFunc(r.teamsOf(u), func(t *Team) bool { return t.Organization == o.Name })
}

// registryPrefix starts the names of the projects that are an organization's registries.
const registryPrefix = "wandb-registry-"

// entity is the name of the entity that owns the organization's registries.
func (o *Organization) entity() string { return cmp.Or(o.Entity, o.Name) }

// organization returns the organization of a name, which is its own or its entity's.
func (r *realm) organization(name string) *Organization {
	if o := r.orgs[name]; o != nil {
		return o
	}
	for _, o := range r.orgs {
		if o.Entity == name && name != "" {
			return o
		}
	}
	return nil
}

func (u *User) isService() bool { return u.Type == AccountService || u.Type == AccountOrgService }

// find returns the first element of the list that matches, or nil.
func find[T any](list []T, matches func(*T) bool) *T {
	for i := range list {
		if matches(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

func (t *Team) member(username string) *TeamMember {
	return find(t.Members, func(m *TeamMember) bool { return m.Username == username })
}

// member returns the entry in a team's list of members, or nil.
func (r *realm) member(team, username string) *TeamMember {
	if t := r.teams[team]; t != nil {
		return t.member(username)
	}
	return nil
}

func (o *Organization) member(username string) *OrgMember {
	return find(o.Members, func(m *OrgMember) bool { return m.Username == username })
}

func (p *project) member(username string) *ProjectMember {
	return find(p.Members, func(m *ProjectMember) bool { return m.Username == username })
}

// role returns the role; the default is [RoleMember].
func (m *TeamMember) role() Role { return cmp.Or(m.Role, RoleMember) }

// writes says whether the role may create runs.
func (m *TeamMember) writes() bool {
	switch m.role() {
	case RoleViewer:
		return false
	case RoleCustom:
		if m.CanWrite != nil {
			return *m.CanWrite
		}
		return m.CustomBase != RoleViewer
	}
	return true
}
