package wandbtest_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

// draft is an artifact that a test uploads step by step, as a client does.
type draft struct {
	collection, typ, kind string
	files                 map[string]string
	// input is added to CreateArtifactInput.
	input map[string]any

	id, state, manifest, base string
}

func b64MD5(text string) string {
	sum := md5.Sum([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func hexMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (d *draft) names() []string {
	var names []string
	for name := range d.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (d *draft) digest() string {
	hash := md5.New()
	fmt.Fprint(hash, "wandb-artifact-manifest-v1\n")
	for _, name := range d.names() {
		fmt.Fprintf(hash, "%s:%s\n", name, b64MD5(d.files[name]))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

const createArtifact = `mutation CreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact {
  id state versionIndex artifactSequence { latestArtifact { id } } } } }`

// create sends createArtifact and returns status and body.
func (c *client) create(d *draft) (int, string) {
	c.tb.Helper()
	input := map[string]any{
		"entityName": "acme", "projectName": "p", "runName": "r", "artifactCollectionName": d.collection, "artifactTypeName": d.typ,
		"digest": d.digest(), "digestAlgorithm": "MANIFEST_MD5", "enableDigestDeduplication": true,
		"aliases": []any{map[string]any{"artifactCollectionName": d.collection, "alias": "latest"}},
	}
	maps.Copy(input, d.input)
	status, body := c.graphql(createArtifact, map[string]any{"input": input})
	if status == http.StatusOK {
		d.id, _ = at(decoded(c.tb, body), "data.createArtifact.artifact.id").(string)
		d.state, _ = at(decoded(c.tb, body), "data.createArtifact.artifact.state").(string)
	}
	return status, body
}

func decoded(tb testing.TB, text string) any {
	tb.Helper()
	var v any
	require.NoError(tb, json.Unmarshal([]byte(text), &v), text)
	return v
}

// upload is where to put something.
type upload struct {
	url    string
	header http.Header
	birth  string
}

func uploadOf(node any) upload {
	up := upload{header: http.Header{}}
	up.url, _ = at(node, "uploadUrl").(string)
	up.birth, _ = at(node, "artifact.id").(string)
	lines, _ := at(node, "uploadHeaders").([]any)
	for _, line := range lines {
		name, value, _ := strings.Cut(line.(string), ":")
		up.header.Set(name, value)
	}
	return up
}

// createFiles sends createArtifactFiles for all files.
func (c *client) createFiles(d *draft) map[string]upload {
	c.tb.Helper()
	if d.kind == "" {
		d.kind = "FULL"
	}
	d.manifest = c.createManifest(d, "")
	var specs []any
	for _, name := range d.names() {
		specs = append(specs, map[string]any{"artifactID": d.id, "name": name, "md5": b64MD5(d.files[name]), "artifactManifestID": d.manifest})
	}
	edges := c.query("createArtifactFiles.files.edges", `mutation CreateArtifactFiles($specs: [CreateArtifactFileSpecInput!]!) {
	  createArtifactFiles(input: {artifactFiles: $specs, storageLayout: V2}) { files { edges { node {
	    name storagePath uploadUrl uploadHeaders artifact { id } } } } } }`, map[string]any{"specs": specs}).([]any)
	ups := map[string]upload{}
	for i, name := range d.names() {
		require.Equal(c.tb, name, at(edges[i], "node.name"), "files keep their order")
		ups[name] = uploadOf(at(edges[i], "node"))
	}
	return ups
}

func (c *client) createManifest(d *draft, digest string) string {
	c.tb.Helper()
	m := c.query("createArtifactManifest.artifactManifest", `mutation CreateArtifactManifest($id: ID!, $digest: String!, $kind: ArtifactManifestType, $base: ID) {
	  createArtifactManifest(input: {artifactID: $id, baseArtifactID: $base, name: "wandb_manifest.json", digest: $digest, entityName: "acme", projectName: "p", runName: "r", type: $kind}) {
	    artifactManifest { id file { uploadUrl uploadHeaders } } } }`, map[string]any{"id": d.id, "digest": digest, "kind": d.kind, "base": orNil(d.base)})
	if digest != "" {
		c.put(uploadOf(at(m, "file")), d.manifest)
	}
	id, _ := at(m, "id").(string)
	return id
}

func (c *client) put(up upload, content string) *answer {
	c.tb.Helper()
	anonymous := *c
	anonymous.key = ""
	got, err := anonymous.try(http.MethodPut, up.url, []byte(content), up.header)
	require.NoError(c.tb, err)
	return got
}

// putManifest uploads the manifest.
func (c *client) putManifest(d *draft, births map[string]upload) {
	c.tb.Helper()
	contents := map[string]any{}
	for name, content := range d.files {
		contents[name] = map[string]any{"digest": b64MD5(content), "size": len(content), "birthArtifactID": births[name].birth}
	}
	text, err := json.Marshal(map[string]any{
		"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": map[string]any{"storageLayout": "V2"}, "contents": contents,
	})
	require.NoError(c.tb, err)
	d.manifest = string(text)
	c.createManifest(d, b64MD5(d.manifest))
}

func (c *client) commit(d *draft) (int, string) {
	c.tb.Helper()
	return c.graphql(`mutation CommitArtifact($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id digest versionIndex } } }`, map[string]any{"id": d.id})
}

// log uploads an artifact completely.
func (c *client) log(d *draft) {
	c.tb.Helper()
	status, body := c.create(d)
	require.Equal(c.tb, http.StatusOK, status, body)
	if d.state == "COMMITTED" {
		return
	}
	ups := c.createFiles(d)
	for name, up := range ups {
		if up.url != "" {
			got := c.put(up, d.files[name])
			require.Equal(c.tb, http.StatusOK, got.status, got.body)
		}
	}
	c.putManifest(d, ups)
	status, body = c.commit(d)
	require.Equal(c.tb, http.StatusOK, status, body)
}

// artifactServer returns a server with a run, and clients of its users.
func artifactServer(tb testing.TB, opts ...wandbtest.Option) (srv *wandbtest.Server, alice *client) {
	tb.Helper()
	srv = wandbtest.New(tb, wandbtest.Solo(), opts...)
	alice = as(tb, srv, wandbtest.AliceKey)
	alice.mustUpsert("acme", "p", "r")
	return srv, alice
}

func TestArtifact_Logged_IsStoredWhole(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t)
	d := &draft{
		collection: "ds", typ: "dataset", files: map[string]string{"a.txt": "hello", "dir/empty": "", "dir/sub/y.txt": "yy", "dir/x.bin": strings.Repeat("\x00", 1000)},
		input: map[string]any{
			"description": "d", "metadata": `{"k":1}`, "historyStep": 3, "tags": []any{map[string]any{"tagName": "t"}},
			"aliases": []any{map[string]any{"artifactCollectionName": "ds", "alias": "best"}, map[string]any{"artifactCollectionName": "ds", "alias": "latest"}},
		},
	}
	alice.log(d)
	v, ok := srv.Artifact("acme/p/ds:best")
	require.True(t, ok)
	assert.Equal(t, "47c2439ae081f4d326a08a87c4adace6", v.Digest, "the vector of the official client")
	assert.Equal(t, []string{"best", "latest"}, v.Aliases)
	assert.Equal(t, []string{"t"}, v.Tags)
	assert.Equal(t, wandbtest.RunKey{Entity: "acme", Project: "p", ID: "r"}, v.Run)
	assert.Equal(t, 3, v.HistoryStep)
	assert.Equal(t, 0, v.Version)
	assert.Empty(t, v.Violations())
	require.Len(t, v.Files, 4)
	for _, f := range v.Files {
		content, err := f.Content()
		require.NoError(t, err)
		assert.Equal(t, d.files[f.Name], string(content))
		assert.Equal(t, 1, f.Uploads)
	}
}

func TestArtifact_SameContentAgain_MakesNoVersion(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t)
	alice.log(&draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "1", "b": "2"}})
	second := &draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "1", "b": "3"}}
	alice.log(second)
	v, _ := srv.Artifact("acme/p/ds:v1")
	for name, uploads := range map[string]int{"a": 1, "b": 1} {
		f, ok := v.File(name)
		require.True(t, ok)
		assert.Equal(t, uploads, f.Uploads, name)
	}
	again := &draft{collection: "ds", typ: "dataset", files: map[string]string{"b": "2", "a": "1"}}
	alice.log(again)
	assert.Equal(t, "COMMITTED", again.state)
	v, _ = srv.Artifact("acme/p/ds:latest")
	assert.Equal(t, 0, v.Version, "its aliases move")
	assert.Len(t, srv.Artifacts(), 2)
}

func TestArtifact_Refusals(t *testing.T) {
	t.Parallel()
	world := wandbtest.Solo()
	world.Users = append(world.Users, wandbtest.User{Username: "vic", Keys: []string{key("vic")}})
	world.Teams[0].Members = append(world.Teams[0].Members, wandbtest.TeamMember{Username: "vic", Role: wandbtest.RoleViewer})
	world.Projects = append(world.Projects, wandbtest.Project{Entity: "acme", Name: "guarded", ProtectedAliases: []string{"prod"}})
	srv := wandbtest.New(t, world)
	alice, vic := as(t, srv, wandbtest.AliceKey), as(t, srv, key("vic"))
	alice.mustUpsert("acme", "p", "r")
	alice.mustUpsert("acme", "guarded", "r")
	d := &draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "1"}}
	alice.log(d)
	pending := &draft{collection: "pending", typ: "dataset", files: map[string]string{"a": "1", "b": "2"}}
	status, body := alice.create(pending)
	require.Equal(t, http.StatusOK, status, body)
	ups := alice.createFiles(pending)
	require.Equal(t, http.StatusOK, alice.put(ups["a"], "1").status)
	alice.putManifest(pending, ups)

	creates := func(c *client, input map[string]any) func() (int, string) {
		return func() (int, string) {
			return c.create(&draft{collection: "ds", typ: "dataset", files: map[string]string{"z": "z"}, input: input})
		}
	}
	use := `mutation UseArtifact($id: ID!, $run: String!) { useArtifact(input: {artifactID: $id, entityName: "acme", projectName: "p", runName: $run}) { artifact { id } } }`
	for name, tc := range map[string]struct {
		do     func() (int, string)
		status int
		text   string
	}{
		"no key":               {creates(as(t, srv, ""), nil), 401, "not logged in"},
		"viewer":               {creates(vic, nil), 403, "permission denied"},
		"run of other project": {creates(alice, map[string]any{"projectName": "guarded", "runName": "r2"}), 404, "run not found"},
		"another type":         {creates(alice, map[string]any{"artifactTypeName": "model"}), 400, "already exists with type dataset"},
		"name":                 {creates(alice, map[string]any{"artifactCollectionName": "a b"}), 400, "name"},
		"long alias":           {creates(alice, map[string]any{"aliases": []any{map[string]any{"artifactCollectionName": "ds", "alias": strings.Repeat("a", 129)}}}), 400, "alias"},
		"digest":               {creates(alice, map[string]any{"digest": "x"}), 400, "digest"},
		"protected alias": {creates(alice, map[string]any{
			"projectName": "guarded", "aliases": []any{map[string]any{"artifactCollectionName": "ds", "alias": "prod"}},
		}), 403, "protected alias"},
		"missing file": {func() (int, string) { return alice.commit(pending) }, 400, "files were not uploaded: b"},
		"use of a pending one": {func() (int, string) {
			return alice.graphql(use, map[string]any{"id": pending.id, "run": "r"})
		}, 400, "cannot use artifact " + pending.id + " as it has not committed"},
		"use by no run": {func() (int, string) { return alice.graphql(use, map[string]any{"id": d.id, "run": "nope"}) }, 404, "failed to find run p/nope"},
		"delete with aliases": {func() (int, string) {
			return alice.graphql(`mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id}) { artifact { id } } }`, map[string]any{"id": d.id})
		}, 400, "it has aliases: latest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := tc.do()
			assert.Equal(t, tc.status, status, body)
			assert.Contains(t, body, tc.text)
		})
	}
}
