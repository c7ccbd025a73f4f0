package wandbtest

import (
	"cmp"
	"net/http"
	"slices"
)

// The stored types are objects of GraphQL themselves: their methods fields are the resolvers.
// They run with Server.mu held.

// query has the fields of Query.
func (x *execution) query() fields {
	s := x.server
	project := func(args arguments) any { return x.project(args.text("entityName"), args.text("name")) }
	return fields{
		"__type":     x.introspected,
		"__schema":   func(arguments) (any, error) { return nil, refusal{http.StatusOK, "introspection is disabled", ""} },
		"viewer":     x.caller.user, // reads with an unknown key return null
		"entity":     func(args arguments) any { return x.entity(args.text("name")) },
		"project":    project,
		"model":      project,
		"models":     x.models,
		"serverInfo": x.serverInfo(),
		"artifact":   func(args arguments) any { return x.artifact(args.text("id")) },
		"artifactCollection": func(args arguments) any {
			if c := s.artifacts.collections[args.text("id")]; c != nil && x.canRead(c.project) {
				return c
			}
			return nil
		},
		"clientIDMapping": func(args arguments) any {
			if a := s.artifacts.byClientID[args.text("clientID")]; a != nil && x.canReadArtifact(a) {
				return fields{"clientID": a.clientID, "serverID": a.id}
			}
			return nil
		},
		"organization": func(args arguments) any {
			if o := s.realm.orgs[args.text("name")]; o != nil && (x.caller.privileged || s.realm.inOrganization(o, x.caller.user)) {
				return o
			}
			return nil
		},
	}
}

// artifact returns the artifact of an id, or nil if it is missing, deleted or hidden.
func (x *execution) artifact(id string) *artifact {
	a := x.server.artifacts.byID[id]
	if a == nil || a.state == artifactDeleted || !x.canReadArtifact(a) {
		return nil
	}
	return a
}

// entityOr returns the name of an entity, by default that of the caller.
func (x *execution) entityOr(name string) string {
	if name == "" && x.caller.user != nil {
		return x.server.realm.defaultEntity(x.caller.user)
	}
	return name
}

// standing returns the caller's standing in an entity.
func (x *execution) standing(entity string) *standing { return x.server.standing(x.caller, entity) }

func (x *execution) canRead(p *project) bool { return x.standing(p.Entity).canRead(p) }

// models lists the projects of an entity that the caller can read, by name.
func (x *execution) models(args arguments) any {
	st := x.standing(x.entityOr(args.text("entityName")))
	var list []*project
	for _, p := range x.server.realm.projects {
		if p.Entity == st.name && st.canRead(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *project) int { return cmp.Compare(a.Name, b.Name) })
	return connection(list, args)
}

// entity returns the entity, or nil if it is missing or hidden.
func (x *execution) entity(name string) *standing {
	st := x.standing(x.entityOr(name))
	if st.kind == entityMissing || !st.visible {
		return nil
	}
	return st
}

// project returns the project, or nil if it is missing or hidden.
func (x *execution) project(entity, name string) *project {
	p := x.server.realm.project(x.entityOr(entity), name)
	if p == nil || !x.canRead(p) {
		return nil
	}
	return p
}

// typeName is the GraphQL type.
func (*User) typeName() string { return "User" }

func (u *User) fields(x *execution) fields {
	realm, self := x.server.realm, u == x.caller.user
	f := fields{
		"id":                     globalID("User", u.Username),
		"name":                   cmp.Or(u.Name, u.Username),
		"username":               u.Username,
		"admin":                  u.Admin,
		"accountType":            string(u.Type),
		"flags":                  "{}",
		"entity":                 orNil(realm.defaultEntity(u)),
		"personalEntityDisabled": u.PersonalEntity != PersonalEnabled,
		"teams":                  func(args arguments) (any, error) { return x.teams(u, args) },
		"apiKeys": func(args arguments) any { // the official client asks for them with projects; no key is shown
			var keys []fields
			if self {
				keys = append(keys, fields{"id": globalID("ApiKey", u.Username), "name": "hidden", "description": "the key of this request"})
			}
			return connection(keys, args)
		},
		"organizations": func(arguments) any {
			var list []*Organization
			for _, name := range sortedKeys(realm.orgs) {
				if self && realm.inOrganization(realm.orgs[name], u) {
					list = append(list, realm.orgs[name])
				}
			}
			return list
		},
	}
	if self {
		f["email"] = orNil(u.Email)
	}
	if u.Deactivated {
		f["deletedAt"] = x.server.started
	}
	if name := realm.defaultEntity(u); name != "" {
		f["defaultEntity"] = x.entity(name)
	}
	if u.PersonalEntity == PersonalEnabled {
		f["userEntity"] = x.entity(u.Username)
	}
	return f
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// teams pages through the viewer's entities: the personal entity, if there is one, and the
// teams.
func (x *execution) teams(u *User, args arguments) (any, error) {
	policy := &x.server.cfg.policy
	first, paged := args.number("first")
	if paged && policy.TeamPages == TeamPagesRefused {
		return nil, badRequest("the page is too large")
	}
	if limit := float64(policy.TeamPageSize); limit > 0 && (!paged || first > limit) {
		args = arguments{"after": args["after"], "first": limit}
	}
	var nodes []*standing
	if u == x.caller.user {
		if u.PersonalEntity == PersonalEnabled {
			nodes = append(nodes, x.standing(u.Username))
		}
		for _, t := range x.server.realm.teamsOf(u) {
			nodes = append(nodes, x.standing(t.Name))
		}
	}
	return connection(nodes, args), nil
}

// serverInfo is the type ServerInfo.
func (x *execution) serverInfo() object {
	var features []fields
	for _, f := range slices.Sorted(slices.Values(x.server.cfg.features)) {
		features = append(features, fields{"name": f, "isEnabled": true})
	}
	return fields{"cliVersionInfo": jsonText(`{"max_cli_version":"99.0.0"}`), "features": features}
}
