package wandbtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/wandgo/wandgo/wandbtest"
)

// The questions of SDK 0.16.6 before it creates a run.
const (
	probeCapabilities = `query ProbeServerCapabilities {
		QueryType: __type(name: "Query") { ...fieldData }
		MutationType: __type(name: "Mutation") { ...fieldData }
		ServerInfoType: __type(name: "ServerInfo") { ...fieldData }
	}
	fragment fieldData on __Type { fields { name } }`
	probeSettings = `query ProbeServerSettings { ServerSettingsType: __type(name: "ServerSettings") { fields { name } } }`
	probeInput    = `query ProbeServerInput { Input: __type(name: "CreateRunFilesInput") { name inputFields { name type { kind name ofType { kind name ofType { kind ofType { name } } } } } } }`
)

func TestIntrospection_QuestionsOfOldClients_ListTheFields(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo())
	c := as(t, srv, wandbtest.AliceKey)
	status, body := c.graphql(probeCapabilities, nil)
	assert.Equal(t, 200, status)
	assert.NotContains(t, body, "errors")
	assert.Contains(t, body, `"QueryType":{"fields":[`)
	assert.NotContains(t, body, `"__`)
	for _, field := range []string{"viewer", "serverInfo", "upsertBucket", "cliVersionInfo", "latestLocalVersionInfo", "features"} {
		assert.Contains(t, body, `{"name":"`+field+`"}`)
	}
	_, body = c.graphql(probeSettings, nil)
	assert.JSONEq(t, `{"data":{"ServerSettingsType":{"fields":[{"name":"serverMessages"}]}}}`, body)
	_, body = c.graphql(`query Q($n: String!) { __type(name: $n) { name kind fields { name } enumValues { name } } }`, map[string]any{"n": "Nope"})
	assert.JSONEq(t, `{"data":{"__type":null}}`, body)
	_, body = c.graphql(`{ __type(name: "UserAccountType") { kind fields { name } enumValues { name } } }`, nil)
	assert.Contains(t, body, `"kind":"ENUM","fields":null,"enumValues":[{"name":"USER"}`)
	_, body = c.graphql(probeInput, nil)
	assert.Contains(t, body, `{"name":"files","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","name":null,"ofType":{"kind":"NON_NULL","ofType":{"name":"String"}}}}}`)
}

func TestIntrospection_OlderServer_LacksWhatItHasNot(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, wandbtest.Solo(), wandbtest.WithGeneration(wandbtest.Gen2024Jan))
	_, body := as(t, srv, wandbtest.AliceKey).graphql(probeCapabilities, nil)
	assert.NotContains(t, body, `"features"`)
	assert.Contains(t, body, `"cliVersionInfo"`)
}
