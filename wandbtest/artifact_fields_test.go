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

func TestArtifact_IncrementalAndPatch_AreApplied(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t)
	base := &draft{collection: "inc", typ: "dataset", files: map[string]string{"a": "1", "b": "2"}}
	alice.log(base)
	send := func(d *draft, base string) {
		ups := alice.createFiles(d)
		for name, up := range ups {
			require.Equal(t, http.StatusOK, alice.put(up, d.files[name]).status)
		}
		d.base = base
		alice.putManifest(d, ups)
	}
	inc := &draft{collection: "inc", typ: "dataset", kind: "INCREMENTAL", files: map[string]string{"b": "3", "c": "4"}}
	status, body := alice.create(inc)
	require.Equal(t, http.StatusOK, status, body)
	send(inc, base.id)
	status, body = alice.commit(inc)
	require.Equal(t, http.StatusOK, status, body)
	v, _ := srv.Artifact("acme/p/inc:v1")
	assert.Equal(t, map[string]string{"a": "1", "b": "3", "c": "4"}, contentsOf(t, v))

	var last *draft
	for _, name := range []string{"w0", "w1"} { // workers
		last = &draft{collection: "dist", typ: "dataset", kind: "PATCH", files: map[string]string{name: name}, input: map[string]any{"distributedID": "d"}}
		status, body = alice.create(last)
		require.Equal(t, http.StatusOK, status, body)
		send(last, "")
	}
	status, body = alice.commit(last)
	require.Equal(t, http.StatusOK, status, body)
	v, _ = srv.Artifact("acme/p/dist:v0")
	assert.Equal(t, map[string]string{"w0": "w0", "w1": "w1"}, contentsOf(t, v))
	assert.Len(t, srv.Artifacts(), 3)
	assert.Contains(t, string(v.Manifest), `"w1"`)
}

func contentsOf(t *testing.T, v wandbtest.ArtifactView) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, f := range v.Files {
		content, err := f.Content()
		require.NoError(t, err)
		got[f.Name] = string(content)
	}
	return got
}

func TestArtifact_UploadInParts(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t)
	parts := []string{strings.Repeat("a", 100), strings.Repeat("b", 100), "c"}
	whole := strings.Join(parts, "")
	d := &draft{collection: "big", typ: "dataset", files: map[string]string{"big": whole}}
	status, body := alice.create(d)
	require.Equal(t, http.StatusOK, status, body)
	var specs []any
	for i, part := range parts {
		specs = append(specs, map[string]any{"partNumber": i + 1, "hexMD5": hexMD5(part)})
	}
	node := alice.query("createArtifactFiles.files.edges", `mutation CreateArtifactFiles($id: ID!, $md5: String!, $parts: [UploadPartsInput!]) {
	  createArtifactFiles(input: {artifactFiles: [{artifactID: $id, name: "big", md5: $md5, uploadPartsInput: $parts}], storageLayout: V2}) { files { edges { node {
	    storagePath artifact { id } uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } } } } } }`,
		map[string]any{"id": d.id, "md5": b64MD5(whole), "parts": specs}).([]any)[0]
	urls := at(node, "node.uploadMultipartUrls.uploadUrlParts").([]any)
	complete := func() (int, string) {
		return alice.graphql(`mutation CompleteMultipartUploadArtifact($id: ID!, $path: String!, $upload: String!, $parts: [UploadPartsInput!]!) {
		  completeMultipartUploadArtifact(input: {completeMultipartAction: Complete, completedParts: $parts, artifactID: $id, storagePath: $path, uploadID: $upload}) { digest } }`,
			map[string]any{"id": d.id, "path": at(node, "node.storagePath"), "upload": at(node, "node.uploadMultipartUrls.uploadID"), "parts": specs})
	}
	wrong := alice.put(upload{url: at(urls[0], "uploadUrl").(string)}, "x")
	assert.Contains(t, wrong.body, "BadDigest")
	for i, part := range parts {
		if i == 2 {
			_, body = complete()
			assert.Contains(t, body, "InvalidPart: part 3")
		}
		got := alice.put(upload{url: at(urls[i], "uploadUrl").(string)}, part)
		require.Equal(t, http.StatusOK, got.status, got.body)
		etag := got.header.Get("Etag")
		assert.Equal(t, `"`+hexMD5(part)+`"`, etag)
		specs[i] = map[string]any{"partNumber": i + 1, "hexMD5": etag}
	}
	status, body = complete()
	require.Equal(t, http.StatusOK, status, body)
	d.kind = "FULL"
	alice.putManifest(d, map[string]upload{"big": {birth: d.id}})
	status, body = alice.commit(d)
	require.Equal(t, http.StatusOK, status, body)
	v, _ := srv.Artifact("acme/p/big")
	assert.Equal(t, map[string]string{"big": whole}, contentsOf(t, v))
	assert.Empty(t, v.Violations())
}

// The API's own addresses of files need a key, and redirect to the store.
func TestArtifact_ApisOwnAddress_RedirectsToTheStore(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t, wandbtest.WithStoreHost("localhost"))
	d := &draft{collection: "ds", typ: "dataset", files: map[string]string{"dir/a": "hello"}}
	alice.log(d)
	for name, path := range map[string]string{
		"birth":    "/artifactsV2/default/acme/p/ds/" + d.id + "/" + hexMD5("hello") + "/a",
		"artifact": "/artifactsV2/default/acme/p/ds/" + d.id + "/" + d.id + "/" + hexMD5("hello") + "/a",
		"old":      "/artifacts/acme/" + hexMD5("hello"),
	} {
		status, body := alice.do(http.MethodGet, path, nil)
		assert.Equal(t, http.StatusOK, status, name)
		assert.Equal(t, "hello", body, name)
		status, _ = as(t, srv, "").do(http.MethodGet, path, nil)
		assert.Equal(t, http.StatusUnauthorized, status, name)
		status, _ = as(t, srv, wandbtest.BobKey).do(http.MethodGet, strings.Replace(path, hexMD5("hello"), hexMD5("other"), 1), nil)
		assert.Equal(t, http.StatusNotFound, status, name)
	}
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
