package wandbtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Validate returns all contradictions in the world, joined. Every error names its path,
// such as `teams[0].members[1].username`.
func (w World) Validate() error {
	v := validation{realm: newRealm(w, false, time.Time{}), claims: map[claim]string{}}
	for i, u := range w.Users {
		v.checkUser(fmt.Sprintf("users[%d]", i), u)
	}
	for i, o := range w.Organizations {
		v.checkOrganization(fmt.Sprintf("organizations[%d]", i), o)
	}
	for i, t := range w.Teams {
		v.checkTeam(fmt.Sprintf("teams[%d]", i), t)
	}
	for i, p := range w.Projects {
		v.checkProject(fmt.Sprintf("projects[%d]", i), p)
	}
	return errors.Join(v.errs...)
}

// validation collects the errors of a world.
type validation struct {
	*realm
	claims map[claim]string // what must be unique, with its owner
	errs   []error
}

// claim is a name of a kind, or a key.
type claim struct{ kind, name string }

// take notes the owner of a name. It returns false and the owner if it has one already.
func (v *validation) take(kind, name, owner string) (by string, ok bool) {
	by, taken := v.claims[claim{kind, name}]
	if !taken {
		v.claims[claim{kind, name}] = owner
	}
	return by, !taken
}

func (v *validation) bad(path, format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

func (v *validation) checkName(path, name string) {
	if name == "" || strings.TrimSpace(name) != name || strings.ContainsAny(name, "/\n\t") {
		v.bad(path, "%q is not a name", name)
	}
}

// unique refuses a name that another of the kind has. Teams, organizations and personal entities
// are of one kind.
func (v *validation) unique(path, kind, name, owner string) {
	if by, ok := v.take(kind, name, owner); !ok {
		v.bad(path, "the name %q is taken by %s", name, by)
	}
}

func oneOf[T ~string](v *validation, path string, value T, allowed ...T) {
	if value != "" && !slices.Contains(allowed, value) {
		v.bad(path, "%q is not one of %v", string(value), allowed)
	}
}

// userNamed returns a user, or nil.
func (v *validation) userNamed(path, username string) *User {
	u := v.users[username]
	if u == nil {
		v.bad(path, "no user %q", username)
	}
	return u
}

// listed returns a user in a list, in which nobody may be twice; or nil.
func (v *validation) listed(list string, i int, username string) (at string, u *User) {
	at = fmt.Sprintf("%s[%d]", list, i)
	if _, ok := v.take(list, username, ""); !ok {
		v.bad(at+".username", "%q is listed twice", username)
	}
	return at, v.userNamed(at+".username", username)
}

func (v *validation) checkUser(path string, u User) {
	v.checkName(path+".username", u.Username)
	v.unique(path+".username", "user", u.Username, "another user")
	if u.PersonalEntity == PersonalEnabled || u.PersonalEntity == PersonalDisabled {
		v.unique(path+".username", "entity", u.Username, "a user's personal entity")
	}
	oneOf(v, path+".type", u.Type, AccountUser, AccountService, AccountOrgService, AccountAnonymous, AccountViewer)
	oneOf(v, path+".personalEntity", u.PersonalEntity, PersonalAbsent, PersonalDisabled, PersonalEnabled)
	for i, k := range u.Keys {
		at := fmt.Sprintf("%s.keys[%d]", path, i)
		if k == "" || strings.ContainsAny(k, " \t\r\n") {
			v.bad(at, "a key must not be empty or contain spaces") // the key itself is not shown
		}
		if by, ok := v.take("key", k, u.Username); !ok {
			v.bad(at, "the key belongs to %q already", by)
		}
	}
	for i, subject := range u.Subjects {
		if by, ok := v.take("subject", subject, u.Username); !ok || subject == "" {
			v.bad(fmt.Sprintf("%s.subjects[%d]", path, i), "the subject %q is empty, or belongs to %q already", subject, by)
		}
	}
	switch {
	case u.isService() && v.teams[u.HomeTeam] == nil:
		v.bad(path+".homeTeam", "no team %q", u.HomeTeam)
	case !u.isService() && u.HomeTeam != "":
		v.bad(path+".homeTeam", "only service accounts have a home team")
	}
	if e := u.DefaultEntity; e != "" && v.users[e] == nil && v.teams[e] == nil && v.orgs[e] == nil {
		v.bad(path+".defaultEntity", "no entity %q", e)
	}
}

func (v *validation) checkOrganization(path string, o Organization) {
	v.checkName(path+".name", o.Name)
	v.unique(path+".name", "entity", o.Name, "an organization")
	if o.Entity != "" && o.Entity != o.Name {
		v.checkName(path+".entity", o.Entity)
		v.unique(path+".entity", "entity", o.Entity, "an organization's entity")
	}
	for i, m := range o.Members {
		at, _ := v.listed(path+".members", i, m.Username)
		oneOf(v, at+".role", m.Role, RoleAdmin, RoleMember)
		oneOf(v, at+".seat", m.Seat, SeatFull, SeatViewer, SeatNone)
	}
}

func (v *validation) checkTeam(path string, t Team) {
	v.checkName(path+".name", t.Name)
	v.unique(path+".name", "entity", t.Name, "a team")
	if t.Organization != "" && v.orgs[t.Organization] == nil {
		v.bad(path+".organization", "no organization %q", t.Organization)
	}
	for i, m := range t.Members {
		at, u := v.listed(path+".members", i, m.Username)
		if u != nil && u.isService() {
			v.bad(at+".username", "%q is a service account; it belongs to its home team", m.Username)
		}
		oneOf(v, at+".role", m.Role, RoleAdmin, RoleMember, RoleViewer, RoleCustom)
		oneOf(v, at+".customBase", m.CustomBase, RoleMember, RoleViewer)
		if m.Role != RoleCustom && (m.CustomName != "" || m.CustomBase != "" || m.CanWrite != nil) {
			v.bad(at+".role", "only a custom role has customName, customBase and canWrite")
		}
	}
}

func (v *validation) checkProject(path string, p Project) {
	v.checkName(path+".name", p.Name)
	team, u, org := v.teams[p.Entity], v.users[p.Entity], v.organization(p.Entity)
	isPersonal := u != nil && u.PersonalEntity == PersonalEnabled
	isRegistry := org != nil && org.entity() == p.Entity && strings.HasPrefix(p.Name, registryPrefix)
	if team == nil && !isPersonal && !isRegistry {
		v.bad(path+".entity", "no team or enabled personal entity %q", p.Entity)
	}
	if _, ok := v.take("project of "+p.Entity, p.Name, ""); !ok {
		v.bad(path+".name", "project %s/%s is listed twice", p.Entity, p.Name)
	}
	oneOf(v, path+".scope", p.Scope, ScopeRestricted, ScopePrivate, ScopeTeam, ScopePublic, ScopeOpen)
	if p.Owner != "" {
		v.userNamed(path+".owner", p.Owner)
	}
	for i, m := range p.Members {
		at, u := v.listed(path+".members", i, m.Username)
		oneOf(v, at+".role", m.Role, RoleAdmin, RoleMember, RoleViewer)
		if u == nil || u.isService() || team == nil {
			continue
		}
		switch tm := team.member(u.Username); {
		case tm == nil:
			v.bad(at+".username", "%q is not in the team %q", u.Username, team.Name)
		case tm.Role == RoleViewer && m.Role != "" && m.Role != RoleViewer:
			v.bad(at+".role", "the role of a View-Only member cannot be raised in a project")
		}
	}
}
