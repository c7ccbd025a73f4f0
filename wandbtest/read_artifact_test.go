package wandbtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/wandgo/wandgo"
	"github.com/wandgo/wandgo/wandbtest"
)

// artifactFields has every field of the types about artifacts at least once.
const artifactFields = `
fragment A on Artifact {
  __typename id digest digestAlgorithm description commitHash versionIndex aliases { ...Alias } tags { __typename id name } metadata state size fileCount
  artifactType { __typename id name description createdAt artifactCollection(name: "ds") { name }
    artifactCollections { __typename totalCount pageInfo { endCursor } edges { __typename cursor node { name } } } }
  artifactSequence { ...Sequence }
  artifactMemberships { __typename pageInfo { endCursor } edges { __typename cursor node { ...Membership } } }
  createdAt updatedAt createdBy { __typename ... on Run { name } ... on User { username } } usedBy { totalCount edges { node { name } } }
  currentManifest { __typename id type digest artifact { id } file { __typename id name displayName directUrl sizeBytes md5 digest storagePath uploadHeaders } }
  files { totalCount uploadHeaders edges { node { __typename id name displayName directUrl url sizeBytes md5 digest storagePath uploadHeaders updatedAt artifact { id } } } }
  historyStep ttlDurationSeconds ttlIsInherited
}
fragment Alias on ArtifactAlias { __typename id alias artifactCollectionName artifactCollection { __typename name } }
fragment Sequence on ArtifactSequence { __typename id name description createdAt updatedAt tags { __typename edges { __typename cursor node { name } } } project { name }
  defaultArtifactType { name } artifacts { ...Versions } aliases { ...Aliases } artifactMembership(aliasName: "v0") { id } latestArtifact { id } digestAlgorithm }
fragment Portfolio on ArtifactPortfolio { __typename id name description createdAt updatedAt tags { __typename edges { __typename cursor node { name } } } project { name }
  defaultArtifactType { name } artifacts { ...Versions } aliases { ...Aliases } artifactMembership(aliasName: "v0") { id } }
fragment Versions on VersionedArtifactConnection { __typename totalCount pageInfo { endCursor } edges { __typename version cursor node { id } } }
fragment Aliases on ArtifactAliasConnection { __typename pageInfo { endCursor } edges { __typename cursor node { alias } } }
fragment Membership on ArtifactCollectionMembership { __typename id createdAt versionIndex aliases { alias } artifact { id } files { totalCount }
  artifactCollection { __typename ...Sequence ...Portfolio } }
query Everything($id: ID!, $collection: ID!) {
  __typename artifact(id: $id) { ...A } artifactCollection(id: $collection) { __typename ...Portfolio } clientIDMapping(clientID: "c1") { __typename clientID serverID }
  organization(name: "Acme Inc") { __typename name orgEntity { __typename name projects { edges { node { name } } } } }
  viewer { __typename organizations { name } userEntity { __typename user { username } } }
  entity(name: "acme") { __typename xxhashDigestsEnabled projects { edges { node { name } } } user { username } }
  project(name: "p", entityName: "acme") {
    __typename description updatedAt allowAllArtifactTypesInRegistry artifact(name: "ds:latest") { id } artifactType(name: "dataset") { name }
    artifactTypes { __typename pageInfo { endCursor } edges { __typename cursor node { name } } }
    artifactCollection(name: "ds") { name } artifactCollections { totalCount edges { node { name } } } artifactCollectionMembership(name: "ds") { id }
    run(name: "r") { __typename
      outputArtifacts { __typename totalCount pageInfo { endCursor } edges { __typename cursor node { id } } }
      inputArtifacts { __typename totalCount pageInfo { endCursor } edges { __typename cursor node { id } } }
    }
  }
}`

// Every field about artifacts of the schema has a value.
func TestArtifact_EveryFieldOfTheSchema_HasAResolver(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: wandgo.Schema()})
	require.NoError(t, err)
	world := registryWorld()
	world.Users[0].PersonalEntity = wandbtest.PersonalEnabled
	srv := wandbtest.New(t, world)
	alice := as(t, srv, wandbtest.AliceKey)
	alice.mustUpsert("acme", "p", "r")
	d := &draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "1"}, input: map[string]any{
		"description": "d", "metadata": `{"k":1}`, "historyStep": 3, "tags": []any{map[string]any{"tagName": "t"}}, "clientID": "c1", "sequenceClientID": "s1",
	}}
	alice.log(d)
	alice.query("useArtifact.run.name", `mutation($id: ID!) { useArtifact(input: {artifactID: $id, entityName: "acme", projectName: "p", runName: "r"}) { run { name } artifact { id } } }`,
		map[string]any{"id": d.id})
	portfolio := alice.query("linkArtifact.artifactMembership.artifactCollection.id", linkArtifact, map[string]any{"id": d.id})
	status, body := alice.graphql(artifactFields, map[string]any{"id": d.id, "collection": portfolio})
	require.Equal(t, http.StatusOK, status, body)
	require.NotContains(t, body, `"errors"`)

	seen := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for name, value := range v {
				if value != nil {
					seen[fieldOf(v, name)] = true
				}
				walk(value)
			}
		}
	}
	walk(at(decoded(t, body), "data"))
	// Fields that are null here, and why. The payloads are those of mutations, which the
	// other tests send.
	nullable := map[string]string{
		"ArtifactType.description": "nobody can set it", "ArtifactSequence.description": "as above", "ArtifactPortfolio.description": "as above",
		"Project.description": "as above", "TagEdge.node": "collections have no tags", "TagEdge.cursor": "as above",
		"File.uploadMultipartUrls": "not uploaded in parts", "ArtifactSequence.updatedAt": "never changed", "ArtifactPortfolio.updatedAt": "never changed",
		"FileConnection.totalCount": "has no __typename here", "FileConnection.uploadHeaders": "as above",
	}
	for name, def := range schema.Types {
		if def.Kind != ast.Object || strings.HasPrefix(name, "__") || name == "Mutation" || strings.HasSuffix(name, "Payload") ||
			name == "UploadMultipartUrls" || name == "UploadUrlPart" {
			continue
		}
		for _, f := range def.Fields {
			field := name + "." + f.Name
			if _, ok := nullable[field]; !ok && ofArtifacts(def, f) {
				assert.True(t, seen[field], "%s was never answered", field)
			}
		}
	}
}

func fieldOf(object map[string]any, name string) string {
	typ, _ := object["__typename"].(string)
	return typ + "." + name
}

// A server of January 2024 does not know the newer fields, but the older ones do the same.
func TestArtifact_OldServer_HasTheOlderFields(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t, wandbtest.WithGeneration(wandbtest.Gen2024Jan))
	d := &draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "hello"}}
	alice.log(d)
	_, body := alice.graphql(`{ project(name: "p", entityName: "acme") { artifactCollectionMembership(name: "ds:v0") { id } } }`, nil)
	assert.Contains(t, body, "Cannot query field")
	url := alice.query("project.artifact.files.edges", `{ project(name: "p", entityName: "acme") { artifact(name: "ds:v0") { id files(names: ["a"]) { edges { node { name directUrl } } } } } }`, nil).([]any)[0]
	status, body := as(t, srv, "").do(http.MethodGet, at(url, "node.directUrl").(string), nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "hello", body)
}
