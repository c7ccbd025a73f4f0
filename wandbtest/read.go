package wandbtest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

// The resolvers of queries about the viewer and what it may see. They run with Server.mu
// held.

// queryRoot resolves the fields of Query.
type queryRoot struct{}

func (queryRoot) fields(x *execution) fields {
	s := x.server
	project := func(args arguments) any { return x.project(args.text("entityName"), args.text("name")) }
	return fields{
		"viewer": func(arguments) any {
			if x.caller.user == nil {
				return nil // reads with an unknown key return null
			}
			return &userObject{x.caller.user}
		},
		"entity":     func(args arguments) any { return x.entity(args.text("name")) },
		"project":    project,
		"model":      project,
		"models":     x.models,
		"serverInfo": x.serverInfo(),
		"artifact":   func(args arguments) any { return x.artifact(args.text("id")) },
		"artifactCollection": func(args arguments) any {
			if c := s.artifacts.collections[args.text("id")]; c != nil && x.canReadProject(c.project) {
				return &collectionObject{c}
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
				return &organizationObject{o}
			}
			return nil
		},
	}
}

// artifact returns the artifact of an id, or nil if it is missing, deleted or hidden.
func (x *execution) artifact(id string) *artifactObject {
	a := x.server.artifacts.byID[id]
	if a == nil || a.state == artifactDeleted || !x.canReadArtifact(a) {
		return nil
	}
	return &artifactObject{a}
}

// entityOr returns the name of an entity, by default that of the caller.
func (x *execution) entityOr(name string) string {
	if name == "" && x.caller.user != nil {
		return x.server.realm.defaultEntity(x.caller.user)
	}
	return name
}

// models lists the projects of an entity that the caller can read, by name.
func (x *execution) models(args arguments) any {
	st := x.server.standing(x.caller, x.entityOr(args.text("entityName")))
	var list []*projectObject
	for _, p := range x.server.realm.projects {
		if p.Entity == st.name && x.server.canRead(x.caller, st, p) {
			list = append(list, &projectObject{st, p})
		}
	}
	slices.SortFunc(list, func(a, b *projectObject) int { return cmp.Compare(a.Name, b.Name) })
	return connection(list, args)
}

// entity returns the entity, or nil if it is missing or hidden.
func (x *execution) entity(name string) any {
	st := x.server.standing(x.caller, x.entityOr(name))
	if st.kind == entityMissing || !st.visible {
		return nil
	}
	return &entityObject{st}
}

// project returns the project, or nil if it is missing or hidden.
func (x *execution) project(entity, name string) any {
	entity = x.entityOr(entity)
	p := x.server.realm.project(entity, name)
	if p == nil {
		return nil
	}
	st := x.server.standing(x.caller, entity)
	if !x.server.canRead(x.caller, st, p) {
		return nil
	}
	return &projectObject{st, p}
}

// userObject is the type User.
type userObject struct{ *User }

// asUser returns the user's object, or nil.
func (x *execution) asUser(username string) *userObject {
	if u := x.server.realm.users[username]; u != nil {
		return &userObject{u}
	}
	return nil
}

func (*userObject) typeName() string { return "User" }

func (u *userObject) fields(x *execution) fields {
	realm, self := x.server.realm, u.User == x.caller.user
	f := fields{
		"id":                     globalID("User", u.Username),
		"name":                   cmp.Or(u.Name, u.Username),
		"username":               u.Username,
		"admin":                  u.Admin,
		"accountType":            string(u.Type),
		"flags":                  "{}",
		"entity":                 orNil(realm.defaultEntity(u.User)),
		"personalEntityDisabled": u.PersonalEntity != PersonalEnabled,
		"teams":                  func(args arguments) (any, error) { return teamConnection(x, u, args) },
		"apiKeys": func(args arguments) any { // the official client asks for them with projects; no key is shown
			keys := []fields{}
			if self {
				keys = append(keys, fields{"id": globalID("ApiKey", u.Username), "name": "hidden", "description": "the key of this request"})
			}
			return connection(keys, args)
		},
		"organizations": func(arguments) any {
			list := []object{}
			for _, name := range sortedKeys(realm.orgs) {
				if self && realm.inOrganization(realm.orgs[name], u.User) {
					list = append(list, &organizationObject{realm.orgs[name]})
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
	if name := realm.defaultEntity(u.User); name != "" {
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

// teamConnection pages through the viewer's entities: the teams and the personal entity, if
// there is one.
func teamConnection(x *execution, u *userObject, args arguments) (any, error) {
	if _, paged := args.number("first"); paged && x.server.cfg.policy.TeamPages == TeamPagesRefused {
		return nil, refusal{status: http.StatusBadRequest, message: "the page is too large"}
	}
	var nodes []standing
	if u.User == x.caller.user {
		if u.PersonalEntity == PersonalEnabled {
			nodes = append(nodes, x.server.standing(x.caller, u.Username))
		}
		for _, t := range x.server.realm.teamsOf(u.User) {
			nodes = append(nodes, x.server.standing(x.caller, t.Name))
		}
	}
	start := 0
	if after, err := strconv.Atoi(args.text("after")); err == nil && after >= 0 {
		start = min(after+1, len(nodes))
	}
	end := len(nodes)
	if limit := x.server.cfg.policy.TeamPageSize; limit > 0 {
		end = min(end, start+limit)
	}
	if first, ok := args.number("first"); ok && first >= 0 && first < float64(end-start) {
		end = start + int(first)
	}
	edges := make([]object, 0, end-start)
	for i := start; i < end; i++ {
		edges = append(edges, fields{"node": &entityObject{nodes[i]}, "cursor": strconv.Itoa(i)})
	}
	return fields{"edges": edges}, nil
}

// serverInfo is the type ServerInfo.
func (x *execution) serverInfo() object {
	features := make([]object, 0, len(x.server.cfg.features))
	for _, f := range slices.Sorted(slices.Values(x.server.cfg.features)) {
		features = append(features, fields{"name": f, "isEnabled": true})
	}
	return fields{"cliVersionInfo": jsonText(`{"max_cli_version":"99.0.0"}`), "features": features}
}
