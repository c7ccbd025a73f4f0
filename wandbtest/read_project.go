package wandbtest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// only returns the elements that keep accepts.
func only[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(e T) bool { return !keep(e) })
}

// accessNames is how Project.access spells a scope.
var accessNames = map[Scope]string{
	ScopeRestricted: "RESTRICTED", ScopePrivate: "PRIVATE", ScopeTeam: "PRIVATE",
	ScopePublic: "USER_READ", ScopeOpen: "USER_WRITE",
}

func (p *project) fields(x *execution) fields {
	st := x.standing(p.Entity)
	run := func(args arguments) any {
		if r := p.runs[args.text("name")]; r != nil && !r.deleted.Load() {
			return r
		}
		return nil
	}
	f := fields{
		"id":          globalID("Project", "v1", p.Name, p.Entity),
		"internalId":  globalID("ProjectInternalId", strconv.Itoa(p.number)),
		"name":        p.Name,
		"entityName":  p.Entity,
		"entity":      st,
		"access":      orNil(accessNames[p.Scope]),
		"readOnly":    !st.canWrite(p),
		"user":        x.server.realm.users[p.Owner],
		"createdAt":   p.created,
		"updatedAt":   p.created,
		"isBenchmark": false,
		"totalSweeps": len(p.sweeps),
		"run":         run,
		"bucket":      run,
		"runs": func(args arguments) (any, error) {
			runs, err := x.listRuns(p, args)
			return connection(runs, args), err
		},
		"runCount": func(args arguments) (any, error) {
			runs, err := x.listRuns(p, args)
			return len(runs), err
		},
		"sweep":                           func(args arguments) any { return p.sweeps[args.text("sweepName")] },
		"sweeps":                          func(args arguments) any { return connection(p.sweepList(), args) },
		"members":                         func(arguments) (any, error) { return p.memberList(x, st) },
		"allowAllArtifactTypesInRegistry": true,
	}
	p.addArtifactFields(f, x)
	return f
}

// memberList lists the users with access: first those in the project's own list, then those with
// access through the team.
func (p *project) memberList(x *execution, st *standing) (any, error) {
	if !st.seesMembers() {
		return nil, forbidden
	}
	var list []fields
	for _, m := range p.Members {
		role, inherited := m.Role, m.Role == ""
		if tm := x.server.realm.member(p.Entity, m.Username); inherited && tm != nil {
			role = tm.role()
		}
		list = append(list, x.projectMember(m.Username, cmp.Or(role, RoleMember), inherited))
	}
	if st.team != nil && p.Scope != ScopeRestricted {
		for _, tm := range st.team.Members {
			if p.member(tm.Username) == nil && !tm.Pending {
				list = append(list, x.projectMember(tm.Username, tm.role(), true))
			}
		}
	}
	return list, nil
}

// projectMember is the type ProjectMember.
func (x *execution) projectMember(username string, role Role, inherited bool) fields {
	return fields{
		"username": username, "role": fields{"name": x.roleName(role)}, "projectRoleIsInherited": inherited,
	}
}
