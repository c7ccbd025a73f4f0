package wandbtest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

func TestArtifactStore_Upload_IsChecked(t *testing.T) {
	t.Parallel()
	srv, alice := artifactServer(t)
	d := &draft{collection: "ds", typ: "dataset", files: map[string]string{"a": "1"}}
	status, body := alice.create(d)
	require.Equal(t, http.StatusOK, status, body)
	up := alice.createFiles(d)["a"]
	without := up
	without.header = http.Header{}
	assert.Contains(t, alice.put(up, "2").body, "BadDigest")
	assert.Contains(t, alice.put(without, "1").body, "SignatureDoesNotMatch")
	got, err := alice.try(http.MethodPut, up.url, []byte("1"), up.header)
	require.NoError(t, err)
	assert.Contains(t, got.body, "Only one auth mechanism allowed")
	changed := up
	changed.url = strings.Replace(up.url, "/a?", "/b?", 1)
	assert.Equal(t, http.StatusForbidden, alice.put(changed, "1").status)
	srv.ExpireURLs()
	assert.Contains(t, alice.put(up, "1").body, "Request has expired")
	assert.Equal(t, http.StatusOK, alice.put(alice.createFiles(d)["a"], "1").status, "a fresh address")
}

func TestArtifactStore_Download_RangesAndExpiry(t *testing.T) {
	t.Parallel()
	now := time.Now()
	srv, alice := artifactServer(t, wandbtest.WithClock(func() time.Time { return now }), wandbtest.WithPolicy(wandbtest.Policy{URLLifetime: time.Minute}))
	large := strings.Repeat("0123456789", 200_000)
	alice.log(&draft{collection: "ds", typ: "dataset", files: map[string]string{"small": "hello", "large": large}})
	urlOf := func(name string) string {
		files := alice.query("project.artifactCollection.artifactMembership.files.edges", `query GetArtifactMembershipFileUrls($names: [String!]) {
		  project(entityName: "acme", name: "p") { artifactCollection(name: "ds") { artifactMembership(aliasName: "v0") {
		    files(names: $names, first: 5000) { edges { node { name directUrl } } } } } } }`, map[string]any{"names": []string{name}}).([]any)
		require.Len(t, files, 1)
		return at(files[0], "node.directUrl").(string)
	}
	anonymous := as(t, srv, "")
	for name, tc := range map[string]struct {
		file, header string
		status       int
		want         string
	}{
		"whole":       {"small", "", 200, "hello"},
		"large":       {"large", "", 200, large},
		"first bytes": {"large", "bytes=0-2", 206, "012"},
		"middle":      {"large", "bytes=1999995-1999997", 206, "567"},
		"rest":        {"large", "bytes=1999998-", 206, "89"},
		"beyond":      {"small", "bytes=3-99", 206, "lo"},
	} {
		header := http.Header{}
		if tc.header != "" {
			header.Set("Range", tc.header)
		}
		got, err := anonymous.try(http.MethodGet, urlOf(tc.file), nil, header)
		require.NoError(t, err, name)
		assert.Equal(t, tc.status, got.status, name)
		assert.Equal(t, tc.want, got.body, name)
	}
	got, err := anonymous.try(http.MethodGet, urlOf("small"), nil, http.Header{"Range": {"bytes=9-"}})
	require.NoError(t, err)
	assert.Equal(t, http.StatusRequestedRangeNotSatisfiable, got.status)
	old := urlOf("small")
	now = now.Add(time.Minute)
	status, body := anonymous.do(http.MethodGet, old, nil)
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, body, "Request has expired")
	srv.Inject(wandbtest.Fault{Operation: "GET", Count: 1, Alter: func(body []byte) []byte { return append([]byte("j"), body[1:]...) }})
	_, body = anonymous.do(http.MethodGet, urlOf("small"), nil)
	assert.Equal(t, "jello", body)
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
