package wandbtest_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

var generations = []wandbtest.Generation{wandbtest.Gen2024Jan, wandbtest.Gen2024Oct, wandbtest.Gen2026}

// What a server is too young for it does not know, and says so
// in validation.
func TestGeneration_NewerField_IsAValidationError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		query string
		since wandbtest.Generation
		want  string
	}{
		"field":        {`{ viewer { personalEntityDisabled } }`, wandbtest.Gen2024Oct, `Cannot query field \"personalEntityDisabled\" on type \"User\".`},
		"features":     {`{ serverInfo { features { name } } }`, wandbtest.Gen2026, `Cannot query field \"features\" on type \"ServerInfo\".`},
		"seat":         {`{ entity(name: "acme") { organization { members { modelsSeat } } } }`, wandbtest.Gen2024Oct, `Cannot query field \"modelsSeat\" on type \"OrganizationMember\".`},
		"project role": {`{ project(name: "p") { members { username } } }`, wandbtest.Gen2024Oct, `Cannot query field \"members\" on type \"Project\".`},
		"mutation": {
			`mutation { rewindRun(input: {runName: "r", metricName: "_step", metricValue: 1}) { rewoundRun { id } } }`, wandbtest.Gen2024Oct,
			`Cannot query field \"rewindRun\" on type \"Mutation\".`,
		},
	} {
		for _, g := range generations {
			t.Run(fmt.Sprint(g, "/", name), func(t *testing.T) {
				t.Parallel()
				srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithGeneration(g))
				_, body := as(t, srv, wandbtest.AliceKey).graphql(tc.query, nil)
				if g <= tc.since { // younger generations have smaller numbers
					assert.NotContains(t, body, "Cannot query field")
					return
				}
				assert.Contains(t, body, `{"errors":[{"message":"`+tc.want+`","locations":[{"line":1,"column":`)
				assert.NotContains(t, body, `"path"`)
				assert.NotContains(t, body, `"data"`)
			})
		}
	}
}

func TestStart_UnknownGeneration_Fails(t *testing.T) {
	t.Parallel()
	_, err := wandbtest.Start(wandbtest.World{}, wandbtest.WithGeneration(9))
	assert.ErrorContains(t, err, "Generation(9)")
}

// Refusals are checked byte for byte, in the key order of each
// generation.
func TestRefusal_EachGeneration_BodyIsByteForByte(t *testing.T) {
	t.Parallel()
	const (
		data   = `"data":{"upsertBucket":null}`
		errors = `"errors":[{"message":%q,"path":["upsertBucket"]%s}]`
		code   = `,"extensions":{"code":"PERMISSION_ERROR"}`
	)
	for _, g := range generations {
		srv := wandbtest.New(t, matrixWorld(), wandbtest.WithGeneration(g))
		c := as(t, srv, key("mia"))
		c.mustUpsert("acme", "team", "burnt")
		require.NoError(t, srv.DeleteRun("acme", "team", "burnt"))
		burnt := "run acme/team/burnt was previously created and deleted; try a new run id"
		if g != wandbtest.Gen2026 {
			burnt = strings.TrimSuffix(burnt, "id") + "name"
		}
		for name, tc := range map[string]struct {
			key, entity, project, id, jobType string
			status                            int
			message, extensions               string
		}{
			"no key":   {"", "acme", "team", "r", "", 401, "user is not logged in", code},
			"denied":   {key("vera"), "acme", "team", "r", "", 403, "permission denied", code},
			"entity":   {key("mia"), "nowhere", "team", "r", "", 404, "entity nowhere not found during upsertBucket", ""},
			"project":  {key("olga"), "acme", "team", "r", "", 404, "project not found", ""},
			"job type": {key("mia"), "acme", "team", "r", strings.Repeat("é", 65), 400, "invalid parameters: 64 limit exceeded for JobType", ""},
			"burnt":    {key("mia"), "acme", "team", "burnt", "", 409, burnt, ""},
		} {
			t.Run(fmt.Sprint(g, "/", name), func(t *testing.T) {
				t.Parallel()
				more := []any{}
				if tc.jobType != "" {
					more = []any{"jobType", tc.jobType}
				}
				status, body := as(t, srv, tc.key).upsert(tc.entity, tc.project, tc.id, more...)
				assert.Equal(t, tc.status, status)
				errs := fmt.Sprintf(errors, tc.message, tc.extensions)
				if g == wandbtest.Gen2026 {
					assert.Equal(t, "{"+data+","+errs+"}", body)
				} else {
					assert.Equal(t, "{"+errs+","+data+"}", body)
				}
			})
		}
	}
}

func TestGraphQL_InvalidDocument_IsAValidationError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		query, operation string
		vars             map[string]any
		want             string
	}{
		"syntax":             {query: `{`, want: "Expected Name"},
		"empty":              {query: ``, want: "Unknown operation"},
		"unknown argument":   {query: `{ viewer(x: 1) { id } }`, want: `Unknown argument \"x\" on field`},
		"unknown type":       {query: `query Q($x: Nope) { viewer { id } }`, want: `Unknown type \"Nope\".`},
		"unknown enum value": {query: `mutation M { notifyScriptableRunAlert(input: {entityName: "a", projectName: "p", runName: "r", title: "t", text: "t", severity: LOUD}) { success } }`, want: "LOUD"},
		"missing variable":   {query: `query Q($e: String!) { entity(name: $e) { name } }`, want: `Variable \"e\" has invalid value null.\nExpected type \"String!\", found null.`},
		"null variable":      {query: `query Q($e: String!) { entity(name: $e) { name } }`, vars: map[string]any{"e": nil}, want: `Expected type \"String!\", found null.`},
		"wrong variable":     {query: `query Q($n: Int) { viewer { teams(first: $n) { edges { cursor } } } }`, vars: map[string]any{"n": "many"}, want: "cannot use string as Int"},
		"nested variable":    {query: upsertQuery, vars: map[string]any{"input": map[string]any{"nope": 1}}, want: `Variable \"input\" has invalid value.\nIn field \"nope\": unknown field.","locations":[{`},
		"no such operation":  {query: `query A { viewer { id } } query B { viewer { id } }`, want: "Unknown operation"},
		"subscription":       {query: `subscription { viewer { id } }`, want: "subscription"},
		"fragment cycle":     {query: `{ viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }`, want: "itself"},
		"huge integer":       {query: `{ viewer { teams(first: 99999999999999999999999999) { edges { cursor } } } }`, want: "999999"},
		"introspection":      {query: `{ __schema { types { name } } }`, want: "introspection is disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := wandbtest.New(t, wandbtest.Solo())
			_, body := as(t, srv, wandbtest.AliceKey).graphql(tc.query, tc.vars)
			assert.Contains(t, body, tc.want)
			assert.Contains(t, body, `"errors":[`)
		})
	}
}

func TestGraphQL_ValidationStatus_IsUsedAndListsUnknown(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, 400} {
		srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithValidationStatus(status))
		got, _ := as(t, srv, wandbtest.AliceKey).graphql(`query Odd { nope }`, nil)
		assert.Equal(t, max(status, 200), got)
		assert.Equal(t, []string{"Odd"}, srv.Unknown())
	}
}

func TestGraphQL_SeveralOperations_RunsTheNamedOne(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	_, body := c.do(http.MethodPost, "/graphql", []byte(`{"operationName":"B","query":"query A { viewer { id } } query B { viewer { username } }"}`))
	assert.JSONEq(t, `{"data":{"viewer":{"username":"alice"}}}`, body)
	assert.Equal(t, "B", srv.Requests()[0].Operation)
	c.graphql(`query OnlyInTheText { viewer { id } }`, nil)
	assert.Equal(t, "OnlyInTheText", srv.Requests()[1].Operation)
}

// The library's own documents fit the newest generation.
func TestGraphQL_OperationsOfTheLibrary_AreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../graphql/operations/*.graphql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		all.Write(text)
	}
	srv := wandbtest.New(t, wandbtest.Solo())
	// No operation is named, so the document is valid if that is all that is wrong.
	_, body := as(t, srv, wandbtest.AliceKey).graphql(all.String(), nil)
	assert.JSONEq(t, `{"errors":[{"message":"Unknown operation named \"\"."}]}`, body)
}

func FuzzGraphQL(f *testing.F) {
	srv := wandbtest.New(f, wandbtest.Solo())
	c := as(f, srv, wandbtest.AliceKey)
	for _, seed := range []string{
		`{"query":"{ viewer { username teams { edges { node { name } } } } }"}`,
		`{"query":"query Q($e: String!) { entity(name: $e) { name } }","variables":{"e":"acme"}}`,
		`{"query":"mutation M($input: UpsertBucketInput!) { upsertBucket(input: $input) { inserted } }","variables":{"input":{"name":"r","tags":["a",null],"config":"{\"a\":NaN}"}}}`,
		`{"query":"{ viewer { ...F ...F } } fragment F on User { id @skip(if: true) }","operationName":null}`,
		`{"query":"{ viewer { teams(first: 1e9, after: \"-1\") { edges { cursor } } } }"}`,
		`{"query":"{ __schema { types { fields { type { name } } } } }"}`,
		`{"query":1}`, `[]`, ``, `{"query":"{","variables":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := c.in(t)
		status, text := c.do(http.MethodPost, "/graphql", body)
		if status == 0 || text == "" {
			t.Fatalf("no answer: %d %q", status, text)
		}
	})
}
