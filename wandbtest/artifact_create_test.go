package wandbtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
