package wandbtest

import (
	"slices"
	"strconv"
)

// collectionObject is the types ArtifactSequence and ArtifactPortfolio.
type collectionObject struct{ *collection }

func (c *collectionObject) typeName() string {
	if c.portfolio {
		return "ArtifactPortfolio"
	}
	return "ArtifactSequence"
}

func (c *collectionObject) field(x *execution, name string, args arguments) (any, error) { //nolint:unparam // as object has it
	switch name {
	case "id":
		return c.id, nil
	case "name":
		return c.name, nil
	case "description":
		return orNil(c.description), nil
	case "createdAt":
		return c.created, nil
	case "project":
		return &projectObject{x.server.standing(x.caller, c.project.Entity), c.project}, nil
	case "defaultArtifactType":
		return &artifactTypeObject{c.project, c.typ}, nil
	case "digestAlgorithm":
		return orNil(c.algorithm), nil
	case "latestArtifact":
		if m := c.resolve(aliasLatest); m != nil {
			return &artifactObject{m.artifact}, nil
		}
		return nil, nil
	case "artifactMembership":
		if m := c.resolve(args.text("aliasName")); m != nil {
			return &membershipObject{m}, nil
		}
		return nil, nil
	case "tags":
		return connection([]object{}, args), nil
	case "aliases":
		var list []object
		for _, alias := range sortedKeys(c.aliases) {
			list = append(list, c.aliases[alias].aliasObject(alias))
		}
		return connection(list, args), nil
	case "artifacts":
		return c.versions(args), nil
	}
	return nil, nil
}

// versions lists the versions, the newest first unless the order says otherwise.
func (c *collection) versions(args arguments) any {
	members := slices.Clone(c.members)
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

func (m *membershipObject) field(x *execution, name string, args arguments) (any, error) { //nolint:unparam // as object has it
	switch name {
	case "id":
		return m.id, nil
	case "artifactCollection":
		return &collectionObject{m.collection}, nil
	case "artifact":
		return &artifactObject{m.artifact}, nil
	case "createdAt":
		return m.created, nil
	case "versionIndex":
		return m.version, nil
	case "aliases":
		return m.aliasObjects(), nil
	case "files":
		return x.artifactFiles(m.artifact, args), nil
	}
	return nil, nil
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

func (t *artifactTypeObject) field(_ *execution, name string, args arguments) (any, error) { //nolint:unparam // as object has it
	switch name {
	case "id":
		return globalID("ArtifactType", strconv.Itoa(t.project.number), t.name), nil
	case "name":
		return t.name, nil
	case "createdAt":
		return t.project.created, nil
	case "artifactCollection":
		if c := t.project.collections[args.text("name")]; c != nil && c.typ == t.name {
			return &collectionObject{c}, nil
		}
		return nil, nil
	case "artifactCollections":
		return collectionConnection(t.project.collectionList(t.name), args), nil
	}
	return nil, nil
}

func collectionConnection(list []*collection, args arguments) fields {
	nodes := make([]*collectionObject, len(list))
	for i, c := range list {
		nodes[i] = &collectionObject{c}
	}
	return connection(nodes, args)
}

// artifactField resolves the fields of a project about artifacts.
func (p *projectObject) artifactField(x *execution, name string, args arguments) any {
	switch name {
	case "artifact":
		if m := p.named(&x.server.cfg.policy, args.text("name")); m != nil {
			return &artifactObject{m.artifact}
		}
	case "artifactCollectionMembership":
		if m := p.named(&x.server.cfg.policy, args.text("name")); m != nil {
			return &membershipObject{m}
		}
	case "artifactType":
		if name := args.text("name"); slices.Contains(p.artifactTypes(), name) {
			return &artifactTypeObject{p.project, name}
		}
	case "artifactTypes":
		var list []*artifactTypeObject
		for _, name := range p.artifactTypes() {
			list = append(list, &artifactTypeObject{p.project, name})
		}
		return connection(list, args)
	case "artifactCollection":
		if c := p.collections[args.text("name")]; c != nil {
			return &collectionObject{c}
		}
	case "artifactCollections":
		return collectionConnection(p.collectionList(""), args)
	}
	return nil
}
