package wandbtest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// useArtifact records that a run uses an artifact.
func (x *execution) useArtifact(in arguments) (any, error) {
	r, err := x.writableRun(in)
	if errors.Is(err, noRun) {
		return nil, notFound("failed to find run %s/%s", in.text("projectName"), in.text("runName"))
	}
	if err != nil {
		return nil, err
	}
	a := x.artifact(in.text("artifactID"))
	switch {
	case a == nil:
		return nil, noArtifact
	case a.state == artifactPending:
		return nil, badRequest("cannot use artifact %s as it has not committed", a.id)
	}
	if !slices.Contains(a.usedBy, r) {
		a.usedBy = append(a.usedBy, r)
		r.inputs = append(r.inputs, a)
	}
	return fields{"artifact": a, "run": r}, nil
}

// updateArtifact changes what can be changed in a version.
func (x *execution) updateArtifact(in arguments) (any, error) {
	a, err := x.writableArtifact(in.text("artifactID"))
	if err != nil {
		return nil, err
	}
	if err := checkTags(tagsOf(in, "tagsToAdd")); err != nil {
		return nil, err
	}
	if in["aliases"] != nil {
		if err := x.replaceAliases(a, in); err != nil {
			return nil, err
		}
	}
	in.change(map[string]*string{"description": &a.description, "metadata": &a.metadata})
	if seconds, ok := in.number("ttlDurationSeconds"); ok {
		a.ttl = seconds
	}
	a.tags = union(a.tags, tagsOf(in, "tagsToAdd"))
	gone := tagsOf(in, "tagsToDelete")
	a.tags = slices.DeleteFunc(slices.Clone(a.tags), func(tag string) bool { return slices.Contains(gone, tag) })
	a.updated = x.server.cfg.clock()
	return fields{"artifact": a}, nil
}

// replaceAliases sets the aliases that a version has in its sequence.
func (x *execution) replaceAliases(a *artifact, in arguments) error {
	c := a.sequence
	aliases, err := aliasesOf(in, c.name)
	if err != nil {
		return err
	}
	m := c.memberOf(a)
	if m == nil {
		return badRequest("artifact %s is not committed", a.id)
	}
	var gone []string
	for alias, at := range c.aliases {
		if at == m && !slices.Contains(aliases, alias) {
			gone = append(gone, alias)
		}
	}
	if err := x.mayChange(c, append(gone, aliases...)); err != nil {
		return err
	}
	for _, alias := range gone {
		delete(c.aliases, alias)
	}
	m.setAliases(aliases...)
	return nil
}

// deleteArtifact deletes a version, from all collections.
func (x *execution) deleteArtifact(in arguments) (any, error) {
	a, err := x.writableArtifact(in.text("artifactID"))
	if err != nil {
		return nil, err
	}
	deleteAliases, _ := in["deleteAliases"].(bool)
	for _, m := range a.memberships {
		aliases := m.aliases()
		if err := x.mayChange(m.collection, aliases); err != nil {
			return nil, err
		}
		if len(aliases) > 0 && !deleteAliases {
			return nil, badRequest("cannot delete artifact %s:%s: it has aliases: %s", m.collection.name, m.name(), strings.Join(aliases, ", "))
		}
	}
	for len(a.memberships) > 0 {
		a.memberships[0].collection.remove(a.memberships[0])
	}
	a.state = artifactDeleted
	return fields{"artifact": a}, nil
}

func (x *execution) addAliases(in arguments) (any, error) {
	return x.changeAliases(in, func(m *membership, alias string) { m.setAliases(alias) })
}

func (x *execution) deleteAliases(in arguments) (any, error) {
	return x.changeAliases(in, func(m *membership, alias string) {
		if m.collection.aliases[alias] == m {
			delete(m.collection.aliases, alias)
		}
	})
}

// changeAliases adds or deletes aliases in collections that have the version.
func (x *execution) changeAliases(in arguments, change func(m *membership, alias string)) (any, error) {
	s := x.server
	a := x.artifact(in.text("artifactID"))
	if a == nil {
		return nil, noArtifact
	}
	type edit struct {
		m     *membership
		alias string
	}
	var edits []edit
	for _, e := range in.inputs("aliases") {
		name := e.text("artifactCollectionName")
		aliases, err := aliasesOf(arguments{"aliases": []any{map[string]any(e)}}, name)
		if err != nil {
			return nil, err
		}
		p := s.realm.project(e.text("entityName"), e.text("projectName"))
		if p == nil || !x.canRead(p) {
			return nil, noProject
		}
		c := p.collections[name]
		if c == nil {
			return nil, noCollection
		}
		m := c.memberOf(a)
		if m == nil {
			return nil, badRequest("artifact %s is not in collection %s", a.id, name)
		}
		if err := x.mayChange(c, aliases); err != nil {
			return nil, err
		}
		for _, alias := range aliases {
			edits = append(edits, edit{m, alias})
		}
	}
	for _, e := range edits {
		change(e.m, e.alias)
	}
	return fields{"success": true}, nil
}

// linkArtifact links a version into a portfolio, which it creates if there is none.
func (x *execution) linkArtifact(in arguments) (any, error) {
	s := x.server
	a := cmp.Or(s.artifacts.byID[in.text("artifactID")], s.artifacts.byClientID[in.text("clientID")])
	switch {
	case a == nil || a.state == artifactDeleted || !x.canReadArtifact(a):
		return nil, noArtifact
	case a.state == artifactPending:
		return nil, badRequest("cannot link artifact %s as it has not committed", a.id)
	}
	c := s.artifacts.collections[in.text("artifactPortfolioID")]
	if c == nil {
		home := a.sequence.project
		p, err := x.projectToWrite(cmp.Or(in.text("entityName"), home.Entity), cmp.Or(in.text("projectName"), home.Name))
		if err != nil {
			return nil, err
		}
		if p.isNew() && strings.HasPrefix(p.Name, registryPrefix) {
			return nil, noProject // a registry is created by hand
		}
		name := in.text("artifactPortfolioName")
		if !artifactNames.MatchString(name) || len(name) > maxArtifactName {
			return nil, badRequest("invalid parameters: artifact portfolio name %q", name)
		}
		if c, err = s.addCollection(p, name, a.sequence.typ, true); err != nil {
			return nil, err
		}
	}
	aliases, err := aliasesOf(in, c.name)
	if err != nil {
		return nil, err
	}
	if err := x.mayChange(c, aliases); err != nil {
		return nil, err
	}
	m := c.add(a, s.cfg.clock())
	if m == c.newest() {
		c.aliases[aliasLatest] = m
	}
	m.setAliases(aliases...)
	return fields{"versionIndex": m.version, "artifactMembership": m}, nil
}

// unlinkArtifact removes a version from a portfolio.
func (x *execution) unlinkArtifact(in arguments) (any, error) {
	a, c := x.server.artifacts.byID[in.text("artifactID")], x.server.artifacts.collections[in.text("artifactPortfolioID")]
	switch {
	case a == nil || !x.canReadArtifact(a):
		return nil, noArtifact
	case c == nil || !x.canRead(c.project):
		return nil, noCollection
	}
	m := c.memberOf(a)
	if m == nil || !c.portfolio {
		return nil, badRequest("artifact %s is not linked into collection %s", a.id, c.name)
	}
	if err := x.mayChange(c, m.aliases()); err != nil {
		return nil, err
	}
	c.remove(m)
	return fields{"success": true}, nil
}
