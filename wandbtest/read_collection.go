package wandbtest

import (
	"slices"
	"strconv"
	"strings"
)

func (c *collection) typeName() string {
	if c.portfolio {
		return "ArtifactPortfolio"
	}
	return "ArtifactSequence"
}

func (c *collection) fields(x *execution) fields {
	return fields{
		"id":                  c.id,
		"name":                c.name,
		"createdAt":           c.created,
		"project":             c.project,
		"defaultArtifactType": &artifactTypeObject{c.project, c.typ},
		"digestAlgorithm":     orNil(c.algorithm),
		"latestArtifact":      artifactOf(c.resolve(aliasLatest)),
		"artifactMembership":  func(args arguments) any { return c.resolve(args.text("aliasName")) },
		"tags":                func(args arguments) any { return connection([]fields{}, args) },
		"aliases": func(args arguments) any {
			var list []fields
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
	list := make([]*artifact, len(members))
	for i, m := range members {
		list[i] = m.artifact
	}
	shown := connection(list, args)
	start, _ := page(len(list), args)
	edges, _ := shown["edges"].([]fields)
	for i, edge := range edges {
		edge["version"] = members[start+i].name()
	}
	return shown
}

// artifactOf returns the artifact of a version, nil for nil.
func artifactOf(m *membership) *artifact {
	if m == nil {
		return nil
	}
	return m.artifact
}

func (m *membership) fields(x *execution) fields {
	return fields{
		"id":                 m.id,
		"artifactCollection": m.collection,
		"artifact":           m.artifact,
		"createdAt":          m.created,
		"versionIndex":       m.version,
		"aliases":            m.aliasObjects(),
		"files":              func(args arguments) any { return x.artifactFiles(m.artifact, args) },
	}
}

func (m *membership) aliasObjects() []fields {
	var list []fields
	for _, alias := range append(m.aliases(), m.name()) { // the number counts as an alias
		list = append(list, m.aliasObject(alias))
	}
	return list
}

// aliasObject is the type ArtifactAlias.
func (m *membership) aliasObject(alias string) fields {
	return fields{
		"id": globalID("ArtifactAlias", m.collection.id, alias), "alias": alias, "artifactCollectionName": m.collection.name,
		"artifactCollection": m.collection,
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
				return c
			}
			return nil
		},
		"artifactCollections": func(args arguments) any { return connection(t.project.collectionList(t.name), args) },
	}
}

// addArtifactFields adds the fields of a project about artifacts.
func (p *project) addArtifactFields(f fields, x *execution) {
	named := func(args arguments) *membership { return p.named(&x.server.cfg.policy, args.text("name")) }
	f["artifact"] = func(args arguments) any { return artifactOf(named(args)) }
	f["artifactCollectionMembership"] = func(args arguments) any { return named(args) }
	f["artifactType"] = func(args arguments) any {
		if name := args.text("name"); slices.Contains(p.artifactTypes(), name) {
			return &artifactTypeObject{p, name}
		}
		return nil
	}
	f["artifactTypes"] = func(args arguments) any {
		var list []*artifactTypeObject
		for _, name := range p.artifactTypes() {
			list = append(list, &artifactTypeObject{p, name})
		}
		return connection(list, args)
	}
	f["artifactCollection"] = func(args arguments) any { return p.collections[args.text("name")] }
	f["artifactCollections"] = func(args arguments) any { return connection(p.collectionList(""), args) }
}
