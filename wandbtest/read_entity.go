package wandbtest

import "cmp"

// fields has the fields of the entity, as the caller sees it.
func (st *standing) fields(x *execution) fields {
	f := fields{
		"id":            globalID("Entity", st.name),
		"name":          st.name,
		"isTeam":        st.kind == entityTeam,
		"readOnly":      !st.writes,
		"readOnlyAdmin": st.team != nil && st.team.Frozen,
		"entityType":    string(st.kind),
		"project":       func(args arguments) any { return x.project(st.name, args.text("name")) },
		"projects": func(args arguments) any {
			return x.models(arguments{"entityName": st.name, "after": args["after"], "first": args["first"]})
		},
		"members":              func(arguments) (any, error) { return st.members(x) },
		"user":                 st.user,
		"xxhashDigestsEnabled": x.server.cfg.policy.XXH128,
	}
	// Outsiders cannot see what organization a team belongs to.
	if st.org != nil && (st.belongs || x.caller.privileged) {
		f["organization"] = st.org
	}
	return f
}

func (st *standing) members(x *execution) (any, error) {
	if !st.seesMembers() {
		return nil, forbidden
	}
	if st.kind == entityPersonal {
		return []fields{x.member(TeamMember{Username: st.user.Username, Role: RoleAdmin})}, nil
	}
	var list []fields
	if st.team == nil {
		return list, nil
	}
	for _, m := range st.team.Members {
		list = append(list, x.member(m))
	}
	for _, name := range sortedKeys(x.server.realm.users) {
		if u := x.server.realm.users[name]; u.isService() && u.HomeTeam == st.team.Name {
			list = append(list, x.member(TeamMember{Username: name}))
		}
	}
	return list, nil
}

// member is the type Member.
func (x *execution) member(m TeamMember) fields {
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
		return x.server.cfg.policy.ViewOnlyName
	}
	return string(r)
}

func (o *Organization) fields(x *execution) fields {
	return fields{
		"id":   globalID("Organization", o.Name),
		"name": o.Name,
		"members": func(arguments) any {
			var list []fields
			for _, username := range sortedKeys(x.server.realm.users) {
				if u := x.server.realm.users[username]; !u.isService() && x.server.realm.inOrganization(o, u) {
					list = append(list, x.orgMember(o, username))
				}
			}
			return list
		},
		"member": func(args arguments) any {
			username := args.text("username")
			if u := x.server.realm.users[username]; u == nil || !x.server.realm.inOrganization(o, u) {
				return nil
			}
			return x.orgMember(o, username)
		},
		"orgEntity": func(arguments) any { return x.entity(o.entity()) },
	}
}

// orgMember is the type OrganizationMember.
func (x *execution) orgMember(o *Organization, username string) fields {
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
