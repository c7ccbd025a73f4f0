package wandbtest

import (
	"slices"
	"strconv"
	"strings"
)

// collectionObject is the types ArtifactSequence and ArtifactPortfolio.
type collectionObject struct{ *collection }

func (c *collectionObject) typeName() string {
	if c.portfolio {
		return "ArtifactPortfolio"
	}
	return "ArtifactSequence"
}

func (c *collectionObject) fields(x *execution) fields {
	return fields{
		"id":                  c.id,
		"name":                c.name,
		"description":         orNil(c.description),
		"createdAt":           c.created,
		"project":             x.projectObject(c.project),
		"defaultArtifactType": &artifactTypeObject{c.project, c.typ},
		"digestAlgorithm":     orNil(c.algorithm),
		"latestArtifact":      artifactOf(c.resolve(aliasLatest)),
		"artifactMembership":  func(args arguments) any { return membershipOf(c.resolve(args.text("aliasName"))) },
		"tags":                func(args arguments) any { return connection([]object{}, args) },
		"aliases": func(args arguments) any {
			var list []object
			for _, alias := range sortedKeys(c.aliases) {
				list = append(list, c.aliases[alias].aliasObject(alias))
			}
			return connection(list, args)
		},
		"artifacts": func(args arguments) any { return c.versions(x.server.cfg.policy.ListPending, args) },
	}
}

// versions lists the versions, the newest first unless the order says otherwise.
func (c *collection) versions(pending bool, args arguments) any {
	members := slices.Clone(c.members)
	for _, a := range c.logged {
		if pending && a.state == artifactPending && !strings.Contains(args.text("filters"), artifactCommitted) {
			members = append(members, &membership{artifact: a, version: c.next})
		}
	}
	if order := args.text("order"); order == "" || order[0] == '-' {
		slices.Reverse(members)
	}
	list := make([]*artifactObject, len(members))
	for i, m := range members {
		list[i] = &artifactObject{m.artifact}
	}
	shown := connection(list, args)
	start, _ := page(len(list), args)
	edges, _ := shown["edges"].([]object)
	for i, edge := range edges {
		shown := edge.(fields) //nolint:errcheck // as connection makes them
		shown["version"] = members[start+i].name()
	}
	return shown
}

// membershipObject is the type ArtifactCollectionMembership.
type membershipObject struct{ *membership }

// membershipOf returns the membership's object, or nil.
func membershipOf(m *membership) *membershipObject {
	if m == nil {
		return nil
	}
	return &membershipObject{m}
}

// artifactOf returns the object of the membership's artifact, or nil.
func artifactOf(m *membership) *artifactObject {
	if m == nil {
		return nil
	}
	return &artifactObject{m.artifact}
}

func (m *membershipObject) fields(x *execution) fields {
	return fields{
		"id":                 m.id,
		"artifactCollection": &collectionObject{m.collection},
		"artifact":           artifactOf(m.membership),
		"createdAt":          m.created,
		"versionIndex":       m.version,
		"aliases":            m.aliasObjects(),
		"files":              func(args arguments) any { return x.artifactFiles(m.artifact, args) },
	}
}

func (m *membership) aliasObjects() []object {
	list := []object{}
	for _, alias := range m.aliasNames() {
		list = append(list, m.aliasObject(alias))
	}
	return list
}

// aliasObject is the type ArtifactAlias.
func (m *membership) aliasObject(alias string) object {
	return fields{
		"id": globalID("ArtifactAlias", m.collection.id, alias), "alias": alias, "artifactCollectionName": m.collection.name,
		"artifactCollection": &collectionObject{m.collection},
	}
}

// artifactTypeObject is the type ArtifactType: a type of collections in a project.
type artifactTypeObject struct {
	project *project
	name    string
}

func (t *artifactTypeObject) fields(*execution) fields {
	return fields{
		"id":        globalID("ArtifactType", strconv.Itoa(t.project.number), t.name),
		"name":      t.name,
		"createdAt": t.project.created,
		"artifactCollection": func(args arguments) any {
			if c := t.project.collections[args.text("name")]; c != nil && c.typ == t.name {
				return &collectionObject{c}
			}
			return nil
		},
		"artifactCollections": func(args arguments) any { return collectionConnection(t.project.collectionList(t.name), args) },
	}
}

func collectionConnection(list []*collection, args arguments) fields {
	nodes := make([]*collectionObject, len(list))
	for i, c := range list {
		nodes[i] = &collectionObject{c}
	}
	return connection(nodes, args)
}

// addArtifactFields adds the fields of a project about artifacts.
func (p *projectObject) addArtifactFields(f fields, x *execution) {
	named := func(args arguments) *membership { return p.named(&x.server.cfg.policy, args.text("name")) }
	f["artifact"] = func(args arguments) any { return artifactOf(named(args)) }
	f["artifactCollectionMembership"] = func(args arguments) any { return membershipOf(named(args)) }
	f["artifactType"] = func(args arguments) any {
		if name := args.text("name"); slices.Contains(p.artifactTypes(), name) {
			return &artifactTypeObject{p.project, name}
		}
		return nil
	}
	f["artifactTypes"] = func(args arguments) any {
		var list []*artifactTypeObject
		for _, name := range p.artifactTypes() {
			list = append(list, &artifactTypeObject{p.project, name})
		}
		return connection(list, args)
	}
	f["artifactCollection"] = func(args arguments) any {
		if c := p.collections[args.text("name")]; c != nil {
			return &collectionObject{c}
		}
		return nil
	}
	f["artifactCollections"] = func(args arguments) any { return collectionConnection(p.collectionList(""), args) }
}
