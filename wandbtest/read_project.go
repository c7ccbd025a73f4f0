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

// accessNames is how Project.access spells a scope.
var accessNames = map[Scope]string{
	ScopeRestricted: "RESTRICTED", ScopePrivate: "PRIVATE", ScopeTeam: "PRIVATE",
	ScopePublic: "USER_READ", ScopeOpen: "USER_WRITE",
}

func (p *projectObject) field(x *execution, name string, args arguments) (any, error) {
	switch name {
	case "id":
		return globalID("Project", "v1", p.Name, p.Entity), nil
	case "internalId":
		return globalID("ProjectInternalId", strconv.Itoa(p.number)), nil
	case "name":
		return p.Name, nil
	case "entityName":
		return p.Entity, nil
	case "entity":
		return &entityObject{p.standing}, nil
	case "access":
		return orNil(accessNames[p.Scope]), nil
	case "readOnly":
		return !x.server.canWrite(x.caller, p.standing, p.project), nil
	case "user":
		return x.asUser(p.Owner), nil
	case "createdAt", "updatedAt":
		return p.created, nil
	case "isBenchmark":
		return false, nil
	case "allowAllArtifactTypesInRegistry":
		return true, nil
	case "runs", "runCount":
		runs, err := x.listRuns(p, args)
		if err != nil {
			return nil, err
		}
		if name == "runCount" {
			return len(runs), nil
		}
		return connection(runs, args), nil
	case "totalSweeps":
		return len(p.sweeps), nil
	case "sweep":
		if w := p.sweeps[args.text("sweepName")]; w != nil {
			return &sweepObject{p, w}, nil
		}
		return nil, nil
	case "sweeps":
		var list []*sweepObject
		for _, w := range p.sweepList() {
			list = append(list, &sweepObject{p, w})
		}
		return connection(list, args), nil
	case "run", "bucket":
		r := p.runs[args.text("name")]
		if r == nil || r.isDeleted() {
			return nil, nil
		}
		return &runObject{p, r}, nil
	case "members":
		return p.members(x)
	}
	return p.artifactField(x, name, args), nil
}

// members lists those with access: the project's own list first, then who has
// it through the team.
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
