package wandbtest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

const createFilesQuery = `mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  createRunFiles(input: {entityName: $entity, projectName: $project, runName: $run, files: $files}) {
    runID uploadHeaders files { name uploadUrl }
  }
}`

// createFile returns the URL to put a file of acme/p/r to.
func (c *client) createFile(name string) string {
	c.tb.Helper()
	files := c.query("createRunFiles.files", createFilesQuery, map[string]any{"entity": "acme", "project": "p", "run": "r", "files": []string{name}})
	require.Len(c.tb, files, 1)
	assert.Equal(c.tb, name, at(files.([]any)[0], "name"))
	return at(files.([]any)[0], "uploadUrl").(string)
}

func TestUpload_PresignedURL_StoresTheFile(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	anonymous := as(t, srv, "")
	for name, content := range map[string]string{
		"f.txt": "hi", "empty": "", "media/images/ü 1%?#.png": "\x00\xff",
	} {
		status, body := anonymous.do(http.MethodPut, c.createFile(name), []byte(content))
		require.Equal(t, http.StatusOK, status, body)
		assert.Equal(t, content, string(view(t, srv).Files[name]))
	}
	status, body := c.do(http.MethodGet, "/files/acme/p/r/media/images/%C3%BC%201%25%3F%23.png", nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "\x00\xff", body)
	for path, want := range map[string]int{
		"/files/acme/p/r/none": 404, "/files/acme/p/none/f.txt": 404, "/files/acme/none/r/f.txt": 404, "/files/globex/vision/r/f": 404,
	} {
		status, _ := c.do(http.MethodGet, path, nil)
		assert.Equal(t, want, status, path)
	}
	status, _ = anonymous.do(http.MethodGet, "/files/acme/p/r/f.txt", nil)
	assert.Equal(t, http.StatusNotFound, status, "the team's files are not for strangers")
}

func TestUpload_InvalidRequest_IsRefused(t *testing.T) {
	t.Parallel()
	srv, c := running(t)
	url := c.createFile("f.txt")
	anonymous := as(t, srv, "")
	status, body := c.do(http.MethodPut, url, []byte("x"))
	assert.Equal(t, http.StatusBadRequest, status, "the API key must not go to the object store")
	assert.Contains(t, body, "<Code>InvalidArgument</Code>")
	for name, bad := range map[string]string{
		"signature": url + "0", "other file": strings.Replace(url, "f.txt", "g.txt", 1), "no signature": strings.SplitN(url, "?", 2)[0],
		"short": "/storage/x", "other run": "/storage/abc/f.txt?signature=0",
	} {
		status, body := anonymous.do(http.MethodPut, bad, []byte("x"))
		assert.Equal(t, http.StatusForbidden, status, name)
		assert.Contains(t, body, "<Code>AccessDenied</Code>", name)
	}
	// A reader of unknown length makes net/http send chunks.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, io.MultiReader(bytes.NewReader([]byte("x"))))
	require.NoError(t, err)
	resp, err := anonymous.http.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusNotImplemented, resp.StatusCode)
	assert.Empty(t, view(t, srv).Files)

	for _, name := range []string{"", "/etc/passwd", "../up", "a/../../b", "nul\x00"} {
		status, _ := c.graphql(createFilesQuery, map[string]any{"entity": "acme", "project": "p", "run": "r", "files": []string{name}})
		assert.Equal(t, http.StatusBadRequest, status, "%q", name)
	}
	for name, tc := range map[string]struct {
		key, entity, run string
		want             int
	}{
		"no key": {"", "acme", "r", 401}, "foreign": {wandbtest.AliceKey, "globex", "r", 403}, "no run": {wandbtest.AliceKey, "acme", "x", 404},
	} {
		status, body := as(t, srv, tc.key).graphql(createFilesQuery, map[string]any{"entity": tc.entity, "project": "p", "run": tc.run, "files": []string{"f"}})
		assert.Equal(t, tc.want, status, name+body)
	}
}

// A store whose signature covers headers takes nothing without
// them.
func TestUpload_RequiredHeadersMissing_IsRefused(t *testing.T) {
	t.Parallel()
	srv, c := running(t, wandbtest.WithUploadHeaders("x-ms-blob-type: BlockBlob", "Content-Type:text/plain", "no header"))
	assert.Equal(t, []any{"x-ms-blob-type: BlockBlob", "Content-Type:text/plain", "no header"},
		c.query("createRunFiles.uploadHeaders", createFilesQuery, map[string]any{"entity": "acme", "project": "p", "run": "r", "files": []string{"f.txt"}}))
	url := c.createFile("f.txt")
	anonymous := as(t, srv, "")
	for name, tc := range map[string]struct {
		header  http.Header
		status  int
		missing string
	}{
		"all":         {http.Header{"X-Ms-Blob-Type": {"BlockBlob"}, "Content-Type": {"text/plain"}}, http.StatusOK, ""},
		"none":        {nil, http.StatusForbidden, "x-ms-blob-type"},
		"one":         {http.Header{"X-Ms-Blob-Type": {"BlockBlob"}}, http.StatusForbidden, "Content-Type"},
		"other value": {http.Header{"X-Ms-Blob-Type": {"PageBlob"}, "Content-Type": {"text/plain"}}, http.StatusForbidden, "x-ms-blob-type"},
	} {
		got, err := anonymous.try(http.MethodPut, url, []byte(name), tc.header)
		require.NoError(t, err)
		assert.Equal(t, tc.status, got.status, name)
		if tc.missing != "" {
			assert.Contains(t, got.body, "<Code>SignatureDoesNotMatch</Code>", name)
			assert.Contains(t, got.body, "The header "+tc.missing+" ", name)
		}
	}
	assert.Equal(t, "all", string(view(t, srv).Files["f.txt"]))
}
