package wandbtest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/wandbtest"
)

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
