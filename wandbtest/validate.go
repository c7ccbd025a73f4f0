package wandbtest

import (
	"fmt"
	"slices"
	"strings"
)

// validation collects the errors of a world.
type validation struct {
	users map[string]User
	orgs  map[string]bool
	// orgEntities are the entities of organizations.
	orgEntities map[string]bool
	teams       map[string]Team
	// taken maps a name to its owner: teams, organizations and personal entities share
	// one namespace.
	taken    map[string]string
	keys     map[string]string
	subjects map[string]string
	projects map[[2]string]bool
	errs     []error
}

func newValidation(w World) *validation {
	v := &validation{
		users: map[string]User{}, orgs: map[string]bool{}, orgEntities: map[string]bool{}, teams: map[string]Team{},
		taken: map[string]string{}, keys: map[string]string{}, subjects: map[string]string{}, projects: map[[2]string]bool{},
	}
	for _, u := range w.Users {
		v.users[u.Username] = u
	}
	for _, o := range w.Organizations {
		v.orgs[o.Name] = true
		v.orgEntities[o.entity()] = true
	}
	for _, t := range w.Teams {
		v.teams[t.Name] = t
	}
	return v
}

func (v *validation) bad(path, format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

func (v *validation) name(path, name string) {
	if name == "" || strings.TrimSpace(name) != name || strings.ContainsAny(name, "/\n\t") {
		v.bad(path, "%q is not a name", name)
	}
}

func (v *validation) take(path, what, name string) {
	if by, ok := v.taken[name]; ok {
		v.bad(path, "the name %q is taken by %s", name, by)
		return
	}
	v.taken[name] = what
}

func oneOf[T ~string](v *validation, path string, value T, allowed ...T) {
	if value != "" && !slices.Contains(allowed, value) {
		v.bad(path, "%q is not one of %v", string(value), allowed)
	}
}

func (v *validation) userNamed(path, username string) (User, bool) {
	u, ok := v.users[username]
	if !ok {
		v.bad(path, "no user %q", username)
	}
	return u, ok
}

func (v *validation) user(path string, u User) {
	v.name(path+".username", u.Username)
	if by, ok := v.taken["user "+u.Username]; ok {
		v.bad(path+".username", "the name %q is taken by %s", u.Username, by)
	}
	v.taken["user "+u.Username] = "another user"
	if u.PersonalEntity == PersonalEnabled || u.PersonalEntity == PersonalDisabled {
		v.take(path+".username", "a user's personal entity", u.Username)
	}
	oneOf(v, path+".type", u.Type, AccountUser, AccountService, AccountOrgService, AccountAnonymous, AccountViewer)
	oneOf(v, path+".personalEntity", u.PersonalEntity, PersonalAbsent, PersonalDisabled, PersonalEnabled)
	for i, k := range u.Keys {
		at := fmt.Sprintf("%s.keys[%d]", path, i)
		if k == "" || strings.ContainsAny(k, " \t\r\n") {
			v.bad(at, "a key must not be empty or contain spaces") // the key itself is not shown
		}
		if by, ok := v.keys[k]; ok {
			v.bad(at, "the key belongs to %q already", by)
		}
		v.keys[k] = u.Username
	}
	for i, subject := range u.Subjects {
		at := fmt.Sprintf("%s.subjects[%d]", path, i)
		if by, ok := v.subjects[subject]; ok || subject == "" {
			v.bad(at, "the subject %q is empty, or belongs to %q already", subject, by)
		}
		v.subjects[subject] = u.Username
	}
	switch {
	case u.isService() && v.teams[u.HomeTeam].Name == "":
		v.bad(path+".homeTeam", "no team %q", u.HomeTeam)
	case !u.isService() && u.HomeTeam != "":
		v.bad(path+".homeTeam", "only service accounts have a home team")
	}
	if u.DefaultEntity != "" && !v.isEntity(u.DefaultEntity) {
		v.bad(path+".defaultEntity", "no entity %q", u.DefaultEntity)
	}
}

func (v *validation) isEntity(name string) bool {
	if _, ok := v.users[name]; ok {
		return true
	}
	return v.teams[name].Name != "" || v.orgs[name]
}

func (v *validation) organization(path string, o Organization) {
	v.name(path+".name", o.Name)
	v.take(path+".name", "an organization", o.Name)
	if o.Entity != "" && o.Entity != o.Name {
		v.name(path+".entity", o.Entity)
		v.take(path+".entity", "an organization's entity", o.Entity)
	}
	seen := map[string]bool{}
	for i, m := range o.Members {
		at := fmt.Sprintf("%s.members[%d]", path, i)
		v.userNamed(at+".username", m.Username)
		v.once(at+".username", seen, m.Username)
		oneOf(v, at+".role", m.Role, RoleAdmin, RoleMember)
		oneOf(v, at+".seat", m.Seat, SeatFull, SeatViewer, SeatNone)
	}
}

func (v *validation) once(path string, seen map[string]bool, username string) {
	if seen[username] {
		v.bad(path, "%q is listed twice", username)
	}
	seen[username] = true
}

func (v *validation) team(path string, t Team) {
	v.name(path+".name", t.Name)
	v.take(path+".name", "a team", t.Name)
	if t.Organization != "" && !v.orgs[t.Organization] {
		v.bad(path+".organization", "no organization %q", t.Organization)
	}
	seen := map[string]bool{}
	for i, m := range t.Members {
		at := fmt.Sprintf("%s.members[%d]", path, i)
		u, ok := v.userNamed(at+".username", m.Username)
		if ok && u.isService() {
			v.bad(at+".username", "%q is a service account; it belongs to its home team", m.Username)
		}
		v.once(at+".username", seen, m.Username)
		v.teamMember(at, m)
	}
}

func (v *validation) teamMember(path string, m TeamMember) {
	oneOf(v, path+".role", m.Role, RoleAdmin, RoleMember, RoleViewer, RoleCustom)
	oneOf(v, path+".customBase", m.CustomBase, RoleMember, RoleViewer)
	if m.Role != RoleCustom && (m.CustomName != "" || m.CustomBase != "" || m.CanWrite != nil) {
		v.bad(path+".role", "only a custom role has customName, customBase and canWrite")
	}
}

func (v *validation) project(path string, p Project) {
	v.name(path+".name", p.Name)
	team, isTeam := v.teams[p.Entity]
	u, isUser := v.users[p.Entity]
	isRegistry := v.orgEntities[p.Entity] && strings.HasPrefix(p.Name, registryPrefix)
	if !isTeam && !isRegistry && (!isUser || u.PersonalEntity != PersonalEnabled) {
		v.bad(path+".entity", "no team or enabled personal entity %q", p.Entity)
	}
	if key := [2]string{p.Entity, p.Name}; v.projects[key] {
		v.bad(path+".name", "project %s/%s is listed twice", p.Entity, p.Name)
	} else {
		v.projects[key] = true
	}
	oneOf(v, path+".scope", p.Scope, ScopeRestricted, ScopePrivate, ScopeTeam, ScopePublic, ScopeOpen)
	if p.Owner != "" {
		v.userNamed(path+".owner", p.Owner)
	}
	seen := map[string]bool{}
	for i, m := range p.Members {
		at := fmt.Sprintf("%s.members[%d]", path, i)
		oneOf(v, at+".role", m.Role, RoleAdmin, RoleMember, RoleViewer)
		v.once(at+".username", seen, m.Username)
		if u, ok := v.userNamed(at+".username", m.Username); ok && isTeam {
			v.projectMember(at, team, u, m)
		}
	}
}

func (v *validation) projectMember(path string, team Team, u User, m ProjectMember) {
	if u.isService() {
		return
	}
	tm := team.member(u.Username)
	switch {
	case tm == nil:
		v.bad(path+".username", "%q is not in the team %q", u.Username, team.Name)
	case tm.Role == RoleViewer && m.Role != "" && m.Role != RoleViewer:
		v.bad(path+".role", "the role of a View-Only member cannot be raised in a project")
	}
}
