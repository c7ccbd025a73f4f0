package wandbtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/wandgo/wandgo"
	"github.com/wandgo/wandgo/wandbtest"
)

// The shape of responses is checked byte for byte: order of fields,
// aliases, merged fields, fragments, directives, __typename.
func TestExecute_Query_ResponseIsByteForByte(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	alice := as(t, srv, wandbtest.AliceKey)
	alice.mustUpsert("acme", "p", "r", "tags", []string{"a", "b"})
	for name, tc := range map[string]struct {
		query string
		vars  map[string]any
		want  string
	}{
		"order":      {`{ viewer { username email } }`, nil, `{"viewer":{"username":"alice","email":"alice@example.com"}}`},
		"order back": {`{ viewer { email username } }`, nil, `{"viewer":{"email":"alice@example.com","username":"alice"}}`},
		"alias":      {`{ me: viewer { n: username } viewer { username } }`, nil, `{"me":{"n":"alice"},"viewer":{"username":"alice"}}`},
		"merge":      {`{ viewer { username } viewer { email } }`, nil, `{"viewer":{"username":"alice","email":"alice@example.com"}}`},
		"fragment":   {`{ viewer { ...F } } fragment F on User { username ...G } fragment G on User { admin }`, nil, `{"viewer":{"username":"alice","admin":false}}`},
		"inline":     {`{ viewer { ... on User { username } ... { admin } } }`, nil, `{"viewer":{"username":"alice","admin":false}}`},
		"typename":   {`{ __typename viewer { __typename } }`, nil, `{"__typename":"Query","viewer":{"__typename":"User"}}`},
		"skip":       {`query Q($s: Boolean!) { viewer { username @skip(if: $s) admin @include(if: $s) } }`, map[string]any{"s": true}, `{"viewer":{"admin":false}}`},
		"include":    {`query Q($s: Boolean!) { viewer { username @skip(if: $s) admin @include(if: $s) } }`, map[string]any{"s": false}, `{"viewer":{"username":"alice"}}`},
		"skip parts": {`{ viewer { ...F @skip(if: true) ... @include(if: false) { admin } username } } fragment F on User { email }`, nil, `{"viewer":{"username":"alice"}}`},
		"null":       {`{ entity(name: "nowhere") { name } project(name: "x", entityName: "acme") { name } }`, nil, `{"entity":null,"project":null}`},
		"list":       {`{ project(name: "p", entityName: "acme") { run(name: "r") { tags history historyTail exitcode stopped } } }`, nil, `{"project":{"run":{"tags":["a","b"],"history":[],"historyTail":"[]","exitcode":null,"stopped":false}}}`},
		"default":    {`query Q($e: String = "acme") { entity(name: $e) { name } }`, nil, `{"entity":{"name":"acme"}}`},
		"mutation":   {`mutation { __typename }`, nil, `{"__typename":"Mutation"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := alice.graphql(tc.query, tc.vars)
			assert.Equal(t, http.StatusOK, status)
			assert.Equal(t, `{"data":`+tc.want+`}`, body)
		})
	}
}

// A refused field that must not be null takes its parents
// with it, up to the first that may be.
func TestExecute_RefusedNonNullField_NullsItsParents(t *testing.T) {
	t.Parallel()
	const denied = `"message":"permission denied"`
	for name, tc := range map[string]struct {
		refuse, query, want string
		path                string
	}{
		"nullable field":             {"User.email", `{ viewer { username email } }`, `{"viewer":{"username":"alice","email":null}}`, `["viewer","email"]`},
		"non-null field":             {"Entity.members", `{ entity(name: "acme") { name members { username } } viewer { username } }`, `{"entity":null,"viewer":{"username":"alice"}}`, `["entity","members"]`},
		"non-null field, aliased":    {"Entity.members", `{ e: entity(name: "acme") { name } roles: entity(name: "acme") { m: members { username } } }`, `{"e":{"name":"acme"},"roles":null}`, `["roles","m"]`},
		"in a list of non-nulls":     {"EntityEdge.cursor", `{ viewer { username teams { edges { cursor } } } }`, `{"viewer":{"username":"alice","teams":null}}`, `["viewer","teams","edges",0,"cursor"]`},
		"in a list, nullable within": {"Entity.name", `{ viewer { teams(first: 1) { edges { node { name } cursor } } } }`, `{"viewer":{"teams":{"edges":[{"node":null,"cursor":"1"}]}}}`, `["viewer","teams","edges",0,"node","name"]`},
		"root":                       {"Query.viewer", `{ viewer { username } entity(name: "acme") { name } }`, `{"viewer":null,"entity":{"name":"acme"}}`, `["viewer"]`},
	} {
		for generation, format := range map[wandbtest.Generation]string{
			wandbtest.Gen2024Oct: `{"errors":[{%[2]s,"path":%[3]s,"extensions":{"code":"PERMISSION_ERROR"}}],"data":%[1]s}`,
			wandbtest.Gen2026:    `{"data":%[1]s,"errors":[{%[2]s,"path":%[3]s,"extensions":{"code":"PERMISSION_ERROR"}}]}`,
		} {
			t.Run(fmt.Sprint(generation, "/", name), func(t *testing.T) {
				t.Parallel()
				srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithGeneration(generation))
				h := srv.Inject(wandbtest.Fault{RefuseField: tc.refuse})
				_, body := as(t, srv, wandbtest.AliceKey).graphql(tc.query, nil)
				assert.Equal(t, fmt.Sprintf(format, tc.want, denied, tc.path), body)
				assert.Equal(t, 1, h.Hits())
			})
		}
	}
}

// The query has every field of the schema, on objects that
// exist: a field without a resolver would answer null where the world has a
// value, or break the document where it must not be null.
func TestExecute_EveryFieldOfTheSchema_HasAResolver(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: wandgo.Schema()})
	w := matrixWorld()
	w.Users = append(w.Users, wandbtest.User{
		Username: "full", Name: "Full", Email: "f@example.com", Keys: []string{key("full")},
		PersonalEntity: wandbtest.PersonalEnabled, DefaultEntity: "acme", Deactivated: false,
	})
	w.Teams[0].Members = append(w.Teams[0].Members, wandbtest.TeamMember{Username: "full", Role: wandbtest.RoleAdmin})
	srv := wandbtest.New(t, w)
	c := as(t, srv, key("full"))
	c.mustUpsert("acme", "team", "r", "displayName", "n", "notes", "n", "description", "d", "groupName", "g", "jobType", "j",
		"host", "h", "commit", "c", "sweep", "s", "tags", []string{"t"}, "config", `{"_wandb":{"value":{"t":{"1":[1]}}}}`)
	status, _ := c.stream("acme", "team", "r", `{"files":{"wandb-history.jsonl":{"content":["{\"_step\":0}"]},"wandb-events.jsonl":{"content":["{\"system.cpu\":1}"]},"output.log":{"content":["{\"content\":\"hi\",\"level\":\"info\",\"ts\":\"t\",\"label\":\"l\"}"]}},"complete":true,"exitcode":0}`)
	require.Equal(t, http.StatusOK, status)
	sweepID, _ := c.query("upsertSweep.sweep.name", `mutation { upsertSweep(input: {entityName: "acme", projectName: "team", displayName: "s", controller: "{}", scheduler: "{}",
	  config: "{method: grid, description: d, metric: {name: loss}, parameters: {lr: {values: [1, 2]}}}"}) { sweep { name } } }`, nil).(string)
	agent, _ := c.query("createAgent.agent.id", `mutation { createAgent(input: {host: "h", entityName: "acme", projectName: "team", sweep: "`+sweepID+`"}) { agent { id } } }`, nil).(string)
	c.mustUpsert("acme", "team", "r2", "sweep", sweepID, "summaryMetrics", `{"loss":1}`)

	// Fields that are null in this world, and why.
	nullable := map[string]string{
		"User.deletedAt": "not deactivated", "Organization.coreWeaveOrganizationId": "no such link",
		"DeleteRunPayload.clientMutationId": "nobody sends one", "File.md5": "nothing uploaded",
		"ServerInfo.latestLocalVersionInfo": "W&B hosts it",
	}
	for _, name := range []string{"LocalVersionInfo", "ServerMessage"} { // the server has none of these
		for _, f := range schema.Types[name].Fields {
			nullable[name+"."+f.Name] = "there is none"
		}
	}
	seen := map[string]bool{}
	var check func(def *ast.Definition, value any)
	check = func(def *ast.Definition, value any) {
		object, _ := value.(map[string]any)
		for _, f := range def.Fields {
			v, asked := object[f.Name]
			if !asked {
				continue
			}
			name := def.Name + "." + f.Name
			if v != nil {
				seen[name] = true
			}
			if list, ok := v.([]any); ok && len(list) > 0 {
				v = list[0]
			}
			check(schema.Types[f.Type.Name()], v)
		}
	}
	arguments := map[string]string{
		"Run.sampledHistory": `(specs: ["{\"keys\":[\"_step\"]}"])`, "Run.parquetHistory": `(liveKeys: ["_step"])`,
		"Project.sweep": `(sweepName: "` + sweepID + `")`, "Sweep.agent": `(agentName: "` + agent + `")`,
		"Mutation.upsertModel":    `(input: {name: "team", entityName: "acme"})`,
		"Mutation.createAgent":    `(input: {host: "h", entityName: "acme", projectName: "team", sweep: "` + sweepID + `"})`,
		"Mutation.agentHeartbeat": `(input: {id: "` + agent + `"})`,
		"Mutation.upsertSweep":    `(input: {config: "{method: random, parameters: {lr: {value: 1}}}", entityName: "acme", projectName: "team"})`,
		"Query.entity":            `(name: "acme")`, "Query.project": `(name: "team", entityName: "acme")`, "Entity.project": `(name: "team")`, "Query.model": `(name: "team", entityName: "acme")`,
		"Project.run": `(name: "r")`, "Project.bucket": `(name: "r")`, "Organization.member": `(username: "ada")`,
		"Mutation.upsertBucket":             `(input: {name: "r", entityName: "acme", modelName: "team"})`,
		"Mutation.createRunFiles":           `(input: {entityName: "acme", projectName: "team", runName: "r", files: ["f"]})`,
		"Mutation.notifyScriptableRunAlert": `(input: {entityName: "acme", projectName: "team", runName: "r", title: "a", text: "b"})`,
		"Mutation.rewindRun":                `(input: {entityName: "acme", projectName: "team", runName: "r", metricName: "_step", metricValue: 5})`,
	}
	var selection func(def *ast.Definition, depth int) string
	selection = func(def *ast.Definition, depth int) string {
		var b strings.Builder
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") || ofArtifacts(def, f) {
				continue
			}
			inner := schema.Types[f.Type.Name()]
			if !inner.IsCompositeType() {
				fmt.Fprintf(&b, " %s%s", f.Name, arguments[def.Name+"."+f.Name])
			} else if depth > 0 {
				fmt.Fprintf(&b, " %s%s {%s }", f.Name, arguments[def.Name+"."+f.Name], selection(inner, depth-1))
			}
		}
		if b.Len() == 0 {
			return " __typename"
		}
		return b.String()
	}
	ask := func(def *ast.Definition, document string) {
		status, body := c.graphql(document, nil)
		require.Equal(t, http.StatusOK, status, body)
		var answer struct{ Data, Errors any }
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		require.Nil(t, answer.Errors)
		check(def, answer.Data)
	}
	ask(schema.Query, "{"+selection(schema.Query, 2)+" }")
	// Going one level deeper everywhere would make a document of thousands of
	// fields, so the deep ones are asked for by name.
	ask(schema.Query, `{
	  viewer { teams { edges { cursor node { name } } } apiKeys { pageInfo { hasNextPage } edges { cursor node { id name description } } } }
	  entity(name: "acme") {
	    organization { member(username: "ada") { username role modelsSeat } members { username role modelsSeat } }
	    members { memberRole { name } }
	    project(name: "team") { members { role { name } } }
	  }
	}`)
	uploads := c.query("createRunFiles.files", createFilesQuery, map[string]any{"entity": "acme", "project": "team", "run": "r", "files": []string{"f.txt"}})
	status, _ = as(t, srv, "").do(http.MethodPut, at(uploads.([]any)[0], "uploadUrl").(string), []byte("hello"))
	require.Equal(t, http.StatusOK, status)
	ask(schema.Query, `{ project(name: "team", entityName: "acme") {
	  runs { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } }
	  run(name: "r") {
	    parquetHistory(liveKeys: ["_step"]) { liveData parquetUrls }
	    logLines(last: 1) { pageInfo { hasNextPage } edges { cursor node { line number level timestamp label } } }
	    files { pageInfo { hasNextPage } edges { cursor node { id name uploadUrl url directUrl sizeBytes mimetype updatedAt md5 } } }
	  }
	  sweeps { pageInfo { hasNextPage } edges { cursor node { name } } }
	  sweep(sweepName: "`+sweepID+`") {
	    id name displayName method state description user { id } config createdAt heartbeatAt updatedAt earlyStopJobRunning project { name }
	    controller scheduler runCount runCountExpected bestLoss controllerRunName runs { totalCount }
	    agents { pageInfo { hasNextPage } edges { cursor node { id name state host metrics createdAt heartbeatAt totalRuns runs { totalCount } } } }
	    agent(agentName: "`+agent+`") { name }
	  }
	} models(entityName: "acme") { pageInfo { hasNextPage } edges { cursor node { name } } } }`)
	for _, f := range schema.Mutation.Fields {
		if args := arguments["Mutation."+f.Name]; args != "" {
			ask(schema.Mutation, fmt.Sprintf("mutation { %s%s {%s } }", f.Name, args, selection(schema.Types[f.Type.Name()], 2)))
		}
	}
	id := c.query("project.run.id", `{ project(name: "team", entityName: "acme") { run(name: "r") { id } } }`, nil)
	files := c.query("project.run.files.edges", `{ project(name: "team", entityName: "acme") { run(name: "r") { files { edges { node { id } } } } } }`, nil)
	ask(schema.Query, `{ project(name: "team", entityName: "acme") { run(name: "r2") { sweep { name } } } }`)
	file := at(files.([]any)[0], "node.id")
	ask(schema.Mutation, fmt.Sprintf("mutation { deleteFiles(input: {files: [%q]}) { success } }", file))
	pending := c.query("project.run.id", `{ project(name: "team", entityName: "acme") { run(name: "r2") { id } } }`, nil)
	c.mustUpsert("acme", "team", "r2", "sweep", "")
	ask(schema.Mutation, fmt.Sprintf("mutation { updateRunState(input: {id: %q, state: \"failed\"}) { success } }", pending))
	for _, name := range []string{"stopRun", "deleteRun"} {
		payload := schema.Mutation.Fields.ForName(name).Type.Name()
		ask(schema.Mutation, fmt.Sprintf("mutation { %s(input: {id: %q}) {%s } }", name, id, selection(schema.Types[payload], 1)))
	}
	for name, def := range schema.Types {
		if def.Kind != ast.Object || strings.HasPrefix(name, "__") {
			continue
		}
		for _, f := range def.Fields {
			field := name + "." + f.Name
			if ofArtifacts(def, f) {
				continue
			}
			if _, ok := nullable[field]; !ok && !strings.HasPrefix(f.Name, "__") {
				assert.True(t, seen[field], "%s was never answered", field)
			}
		}
	}
}

// ofArtifacts reports whether a field belongs to the schema's part about artifacts.
func ofArtifacts(def *ast.Definition, f *ast.FieldDefinition) bool {
	name := def.Name + "." + f.Name
	if strings.Contains(name, "rtifact") || strings.Contains(f.Type.Name(), "rtifact") || strings.Contains(name, "Aliases") {
		return true
	}
	switch name {
	case "Entity.user", "Entity.xxhashDigestsEnabled", "Organization.orgEntity", "User.organizations", "Tag.id", "Tag.name",
		"FileConnection.totalCount", "FileConnection.uploadHeaders", "Query.clientIDMapping", "Query.organization", "Entity.projects",
		"Project.description", "Project.updatedAt":
		return true
	}
	switch def.Name {
	case "ClientIDMapping", "TagConnection", "TagEdge", "UploadMultipartUrls", "UploadUrlPart", "VersionedArtifactConnection":
		return true
	case "File":
		return slices.Contains([]string{"displayName", "uploadHeaders", "uploadMultipartUrls", "storagePath", "digest"}, f.Name)
	}
	return false
}
