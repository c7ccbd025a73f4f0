package wandbtest

import "cmp"

// entityObject is the type Entity, as one caller sees it.
type entityObject struct{ standing }

func (e *entityObject) fields(x *execution) fields {
	f := fields{
		"id":            globalID("Entity", e.name),
		"name":          e.name,
		"isTeam":        e.kind == entityTeam,
		"readOnly":      !e.writes,
		"readOnlyAdmin": e.team != nil && e.team.Frozen,
		"entityType":    map[entityKind]string{entityTeam: "team", entityPersonal: "user", entityOrganization: "organization"}[e.kind],
		"project":       func(args arguments) any { return x.project(e.name, args.text("name")) },
		"projects": func(args arguments) any {
			return x.models(arguments{"entityName": e.name, "after": args["after"], "first": args["first"]})
		},
		"members":              func(arguments) (any, error) { return e.members(x) },
		"xxhashDigestsEnabled": x.server.cfg.policy.XXH128,
	}
	// Outsiders cannot see what organization a team belongs to.
	if e.org != nil && (e.belongs || x.caller.privileged) {
		f["organization"] = &organizationObject{e.org}
	}
	if e.kind == entityPersonal {
		f["user"] = &userObject{e.user}
	}
	return f
}

func (e *entityObject) members(x *execution) (any, error) {
	if !e.belongs && !x.caller.privileged && !x.server.cfg.policy.MembersPublic {
		return nil, forbidden
	}
	list := []object{}
	if e.kind == entityPersonal {
		return append(list, x.member(TeamMember{Username: e.user.Username, Role: RoleAdmin})), nil
	}
	if e.team == nil {
		return list, nil
	}
	for _, m := range e.team.Members {
		list = append(list, x.member(m))
	}
	for _, u := range x.server.serviceAccounts(e.team) {
		list = append(list, x.member(TeamMember{Username: u.Username}))
	}
	return list, nil
}

// serviceAccounts lists the service accounts of the team, by name.
func (s *Server) serviceAccounts(t *Team) []*User {
	var found []*User
	for _, name := range sortedKeys(s.realm.users) {
		if u := s.realm.users[name]; u.isService() && u.HomeTeam == t.Name {
			found = append(found, u)
		}
	}
	return found
}

// member is the type Member.
func (x *execution) member(m TeamMember) object {
	role := x.roleName(m.role())
	roleName := role
	if m.role() == RoleCustom {
		roleName = cmp.Or(m.CustomName, "custom")
		// The older field only knows the role a custom one derives from.
		role = x.roleName(cmp.Or(m.CustomBase, RoleMember))
	}
	var accountType any
	if u := x.server.realm.users[m.Username]; u != nil {
		accountType = string(u.Type)
	}
	return fields{
		"username": m.Username, "role": role, "memberRole": fields{"name": roleName},
		"pending": m.Pending, "accountType": accountType,
	}
}

// roleName spells a role as role fields do.
func (x *execution) roleName(r Role) string {
	if r == RoleViewer {
		return cmp.Or(x.server.cfg.policy.ViewOnlyName, string(RoleViewer))
	}
	return string(r)
}

// organizationObject is the type Organization.
type organizationObject struct{ *Organization }

func (o *organizationObject) fields(x *execution) fields {
	return fields{
		"id":   globalID("Organization", o.Name),
		"name": o.Name,
		"members": func(arguments) any {
			list := []object{}
			for _, username := range o.usernames(x.server.realm) {
				list = append(list, x.orgMember(o, username))
			}
			return list
		},
		"member": func(args arguments) any {
			username := args.text("username")
			if u := x.server.realm.users[username]; u == nil || !x.server.realm.inOrganization(o.Organization, u) {
				return nil
			}
			return x.orgMember(o, username)
		},
		"orgEntity": func(arguments) any { return x.entity(o.entity()) },
	}
}

// usernames lists the users in the organization, directly or through a team.
func (o *organizationObject) usernames(r *realm) []string {
	var names []string
	for _, name := range sortedKeys(r.users) {
		if u := r.users[name]; !u.isService() && r.inOrganization(o.Organization, u) {
			names = append(names, name)
		}
	}
	return names
}

// orgMember is the type OrganizationMember.
func (x *execution) orgMember(o *organizationObject, username string) object {
	m := o.member(username)
	if m == nil {
		m = &OrgMember{}
	}
	return fields{
		"username":   username,
		"role":       x.roleName(cmp.Or(m.Role, RoleMember)),
		"modelsSeat": string(cmp.Or(m.Seat, SeatFull)),
	}
}
