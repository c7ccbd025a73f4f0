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

func (queryRoot) field(x *execution, name string, args arguments) (any, error) {
	switch name {
	case "viewer":
		if x.caller.user == nil {
			return nil, nil // reads with an unknown key return null
		}
		return &userObject{x.caller.user}, nil
	case "entity":
		return x.entity(args.text("name")), nil
	case "project", "model":
		return x.project(args.text("entityName"), args.text("name")), nil
	case "models":
		return x.models(args), nil
	case "serverInfo":
		return x.serverInfo(), nil
	case "artifact":
		return x.artifact(args.text("id")), nil
	case "artifactCollection":
		if c := x.server.artifacts.collections[args.text("id")]; c != nil && x.canReadProject(c.project) {
			return &collectionObject{c}, nil
		}
		return nil, nil
	case "clientIDMapping":
		if a := x.server.artifacts.byClientID[args.text("clientID")]; a != nil && x.canReadArtifact(a) {
			return fields{"clientID": a.clientID, "serverID": a.id}, nil
		}
		return nil, nil
	case "organization":
		if o := x.server.realm.orgs[args.text("name")]; o != nil && (x.caller.privileged || x.server.realm.inOrganization(o, x.caller.user)) {
			return &organizationObject{o}, nil
		}
		return nil, nil
	}
	return nil, nil
}

// artifact returns the artifact of an id, or nil if it is missing, deleted or hidden.
func (x *execution) artifact(id string) any {
	a := x.server.artifacts.byID[id]
	if a == nil || a.state == artifactDeleted || !x.canReadArtifact(a) {
		return nil
	}
	return &artifactObject{a}
}

// models lists the projects of an entity that the caller can read, by name.
func (x *execution) models(args arguments) any {
	entity := args.text("entityName")
	if entity == "" && x.caller.user != nil {
		entity = x.server.realm.defaultEntity(x.caller.user)
	}
	st := x.server.standing(x.caller, entity)
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
	if name == "" && x.caller.user != nil {
		name = x.server.realm.defaultEntity(x.caller.user)
	}
	st := x.server.standing(x.caller, name)
	if st.kind == entityMissing || !st.visible {
		return nil
	}
	return &entityObject{st}
}

// project returns the project, or nil if it is missing or hidden.
func (x *execution) project(entity, name string) any {
	if entity == "" && x.caller.user != nil {
		entity = x.server.realm.defaultEntity(x.caller.user)
	}
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
func (x *execution) asUser(username string) any {
	if u := x.server.realm.users[username]; u != nil {
		return &userObject{u}
	}
	return nil
}

func (*userObject) typeName() string { return "User" }

func (u *userObject) field(x *execution, name string, args arguments) (any, error) {
	realm := x.server.realm
	switch name {
	case "id":
		return globalID("User", u.Username), nil
	case "name":
		return cmp.Or(u.Name, u.Username), nil
	case "username":
		return u.Username, nil
	case "email":
		if u.User != x.caller.user || u.Email == "" {
			return nil, nil
		}
		return u.Email, nil
	case "admin":
		return u.Admin, nil
	case "accountType":
		return string(u.Type), nil
	case "flags":
		return "{}", nil
	case "deletedAt":
		if u.Deactivated {
			return x.server.started, nil
		}
		return nil, nil
	case "entity":
		return orNil(realm.defaultEntity(u.User)), nil
	case "defaultEntity":
		name := realm.defaultEntity(u.User)
		if name == "" {
			return nil, nil
		}
		return x.entity(name), nil
	case "userEntity":
		if u.PersonalEntity != PersonalEnabled {
			return nil, nil
		}
		return x.entity(u.Username), nil
	case "personalEntityDisabled":
		return u.PersonalEntity != PersonalEnabled, nil
	case "teams":
		return teamConnection(x, u, args)
	case "apiKeys": // the official client asks for them with projects; no key is shown
		keys := []fields{}
		if u.User == x.caller.user {
			keys = append(keys, fields{"id": globalID("ApiKey", u.Username), "name": "hidden", "description": "the key of this request"})
		}
		return connection(keys, args), nil
	case "organizations":
		list := []object{}
		for _, name := range sortedKeys(realm.orgs) {
			if u.User == x.caller.user && realm.inOrganization(realm.orgs[name], u.User) {
				list = append(list, &organizationObject{realm.orgs[name]})
			}
		}
		return list, nil
	}
	return nil, nil
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

// fields is an object whose fields are known beforehand.
type fields map[string]any

func (f fields) field(_ *execution, name string, _ arguments) (any, error) { return f[name], nil }

// serverInfo is the type ServerInfo.
func (x *execution) serverInfo() object {
	features := make([]object, 0, len(x.server.cfg.features))
	for _, f := range slices.Sorted(slices.Values(x.server.cfg.features)) {
		features = append(features, fields{"name": f, "isEnabled": true})
	}
	return fields{"cliVersionInfo": jsonText(`{"max_cli_version":"99.0.0"}`), "features": features}
}
