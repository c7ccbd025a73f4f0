package wandbtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// registryWorld is Solo with an organization that has a registry. Alice is a member of it,
// Bob an admin.
func registryWorld() wandbtest.World {
	w := wandbtest.Solo()
	w.Organizations = append(w.Organizations, wandbtest.Organization{Name: "Acme Inc", Entity: "acme-inc"})
	w.Teams[0].Organization = "Acme Inc"
	w.Projects = append(w.Projects, wandbtest.Project{
		Entity: "acme-inc", Name: "wandb-registry-model", ProtectedAliases: []string{"production"},
		Members: []wandbtest.ProjectMember{{Username: "bob", Role: wandbtest.RoleAdmin}},
	})
	return w
}

const linkArtifact = `mutation LinkArtifact($id: ID!, $aliases: [ArtifactAliasInput!]) { linkArtifact(input: {artifactID: $id, artifactPortfolioName: "Coll",
  entityName: "acme-inc", projectName: "wandb-registry-model", aliases: $aliases}) { versionIndex artifactMembership { id artifactCollection { __typename id name } } } }`

func TestLinkArtifact_IntoARegistry(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, registryWorld())
	alice, bob := as(t, srv, wandbtest.AliceKey), as(t, srv, wandbtest.BobKey)
	alice.mustUpsert("acme", "p", "r")
	d := &draft{collection: "ds", typ: "model", files: map[string]string{"a": "1"}}
	alice.log(d)
	aliases := func(alias string) map[string]any {
		return map[string]any{"id": d.id, "aliases": []any{map[string]any{"artifactCollectionName": "Coll", "alias": alias}}}
	}
	status, body := alice.graphql(linkArtifact, aliases("production"))
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, body, "protected alias")
	assert.Equal(t, "ArtifactPortfolio", alice.query("linkArtifact.artifactMembership.artifactCollection.__typename", linkArtifact, aliases("staging")))
	assert.InDelta(t, 0, bob.query("linkArtifact.versionIndex", linkArtifact, aliases("production")), 0, "linked once")
	v, ok := srv.Artifact("acme-inc/wandb-registry-model/Coll:production")
	require.True(t, ok)
	assert.Equal(t, []wandbtest.ArtifactLink{{
		Entity: "acme-inc", Project: "wandb-registry-model", Collection: "Coll", Aliases: []string{"latest", "production", "staging"},
	}}, v.Links)

	const change = `mutation($id: ID!, $alias: String!) { deleteAliases(input: {artifactID: $id, aliases: [{entityName: "acme-inc", projectName: "wandb-registry-model", artifactCollectionName: "Coll", alias: $alias}]}) { success } }`
	status, body = alice.graphql(change, map[string]any{"id": d.id, "alias": "production"})
	assert.Equal(t, http.StatusForbidden, status, body)
	alice.query("deleteAliases.success", change, map[string]any{"id": d.id, "alias": "staging"})
	bob.query("deleteAliases.success", change, map[string]any{"id": d.id, "alias": "production"})
	coll := alice.query("project.artifactCollection.id", `{ project(entityName: "acme-inc", name: "wandb-registry-model") { artifactCollection(name: "Coll") { id } } }`, nil)
	alice.query("unlinkArtifact.success", `mutation($id: ID!, $c: ID!) { unlinkArtifact(input: {artifactID: $id, artifactPortfolioID: $c}) { success } }`, map[string]any{"id": d.id, "c": coll})
	v, _ = srv.Artifact("acme/p/ds")
	assert.Empty(t, v.Links)

	require.NoError(t, srv.SetProjectRole("acme-inc", "wandb-registry-model", "alice", wandbtest.RoleViewer))
	status, body = alice.graphql(linkArtifact, map[string]any{"id": d.id})
	assert.Equal(t, http.StatusForbidden, status, body)
	assert.Equal(t, true, alice.query("project.readOnly", `{ project(entityName: "acme-inc", name: "wandb-registry-model") { readOnly } }`, nil))
	require.NoError(t, srv.SetScope("acme-inc", "wandb-registry-model", wandbtest.ScopeRestricted))
	require.NoError(t, srv.SetProjectRole("acme-inc", "wandb-registry-model", "alice", ""))
	alice.query("linkArtifact.versionIndex", linkArtifact, map[string]any{"id": d.id})
}
