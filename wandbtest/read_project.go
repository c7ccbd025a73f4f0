package wandbtest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// projectObject is the type Project, as one caller sees it.
type projectObject struct {
	standing standing
	*project
}

// projectObject returns a project as the caller sees it.
func (x *execution) projectObject(p *project) *projectObject {
	return &projectObject{x.server.standing(x.caller, p.Entity), p}
}

// accessNames is how Project.access spells a scope.
var accessNames = map[Scope]string{
	ScopeRestricted: "RESTRICTED", ScopePrivate: "PRIVATE", ScopeTeam: "PRIVATE",
	ScopePublic: "USER_READ", ScopeOpen: "USER_WRITE",
}

func (p *projectObject) fields(x *execution) fields {
	run := func(args arguments) any {
		if r := p.runs[args.text("name")]; r != nil && !r.isDeleted() {
			return &runObject{p, r}
		}
		return nil
	}
	f := fields{
		"id":          globalID("Project", "v1", p.Name, p.Entity),
		"internalId":  globalID("ProjectInternalId", strconv.Itoa(p.number)),
		"name":        p.Name,
		"entityName":  p.Entity,
		"entity":      &entityObject{p.standing},
		"access":      orNil(accessNames[p.Scope]),
		"readOnly":    !x.server.canWrite(x.caller, p.standing, p.project),
		"user":        x.asUser(p.Owner),
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
		"sweep": func(args arguments) any { return p.sweepObject(args.text("sweepName")) },
		"sweeps": func(args arguments) any {
			var list []*sweepObject
			for _, w := range p.sweepList() {
				list = append(list, &sweepObject{p, w})
			}
			return connection(list, args)
		},
		"members":                         func(arguments) (any, error) { return p.members(x) },
		"allowAllArtifactTypesInRegistry": true,
	}
	p.addArtifactFields(f, x)
	return f
}

// sweepObject returns the sweep of an id, or nil.
func (p *projectObject) sweepObject(id string) *sweepObject {
	if w := p.sweeps[id]; w != nil {
		return &sweepObject{p, w}
	}
	return nil
}

// members lists the users with access: first those in the project's own list, then those with
// access through the team.
func (p *projectObject) members(x *execution) (any, error) {
	if !p.standing.belongs && !x.caller.privileged && !x.server.cfg.policy.MembersPublic {
		return nil, forbidden
	}
	list := []object{}
	team := p.standing.team
	for _, m := range p.Members {
		role, inherited := m.Role, m.Role == ""
		if tm := teamMember(team, m.Username); inherited && tm != nil {
			role = tm.role()
		}
		list = append(list, x.projectMember(m.Username, cmp.Or(role, RoleMember), inherited))
	}
	if team != nil && p.Scope != ScopeRestricted {
		for _, tm := range team.Members {
			if p.member(tm.Username) == nil && !tm.Pending {
				list = append(list, x.projectMember(tm.Username, tm.role(), true))
			}
		}
	}
	return list, nil
}

func teamMember(t *Team, username string) *TeamMember {
	if t == nil {
		return nil
	}
	return t.member(username)
}

// projectMember is the type ProjectMember.
func (x *execution) projectMember(username string, role Role, inherited bool) object {
	return fields{
		"username": username, "role": fields{"name": x.roleName(role)}, "projectRoleIsInherited": inherited,
	}
}
