package wandbtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFiles_FieldsThatMustNotBeNull_HaveValues(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	require.NoError(t, srv.SetFile("acme", "p", "r", "dir/f.txt", []byte("hello")))
	edges := c.query("project.run.files.edges", `{ project(name: "p", entityName: "acme") { run(name: "r") { files {
	  edges { node { id name displayName uploadHeaders directUrl sizeBytes } } } } } }`, nil).([]any)
	require.Len(t, edges, 1)
	node := at(edges[0], "node").(map[string]any)
	assert.Equal(t, "dir/f.txt", node["displayName"])
	assert.Equal(t, []any{}, node["uploadHeaders"])
	status, body := as(t, srv, "").do(http.MethodGet, node["directUrl"].(string), nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "hello", body)
	status, _ = as(t, srv, "").do(http.MethodPut, node["directUrl"].(string), []byte("x"))
	assert.Equal(t, http.StatusForbidden, status, "an address is for one method")
}
