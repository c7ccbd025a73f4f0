package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/plaintext/hostile"
	"github.com/wandgo/wandgo/wandbtest"
)

func TestArtifactInfo_Version_PrintsWhatTheServerHas(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	i := on(t, srv.URL(), joKey).withFiles(t, map[string]string{"images/iris.png": "hello", "images/b/rose.png": "world"})
	require.Zero(t, i.run(t, "artifact", "put", "images", "--name", "flowers", "--alias", "best", "--description", "of the garden").status)
	v, ok := srv.Artifact("acme-research/vision/flowers")
	require.True(t, ok)

	r := i.run(t, "artifact", "info", "flowers:best")
	require.Zero(t, r.status, r.stderr)
	text := regexp.MustCompile(`created\t\S+`).ReplaceAllString(r.stdout, "created\tTIME")
	assert.Equal(t, "path\tacme-research/vision/flowers:v0\ntype\tdataset\naliases\tbest, latest\ndescription\tof the garden\nfiles\t2\nsize\t10\n"+
		"digest\t"+v.Digest+"\ncreated\tTIME\nid\t"+v.ID+"\n", text)

	r = i.run(t, "artifact", "info", "acme-research/vision/flowers", "--files")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "b/rose.png\t5\tfXkwN6B2AYZXSwKC8vQ15w==\t\niris.png\t5\tXUFAKrxLKna5cZ2REBfFkg==\t\n", r.stdout)

	r = i.run(t, "artifact", "info", "flowers:v0", "--files", "--json")
	require.Zero(t, r.status, r.stderr)
	var d versionDocument
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &d))
	require.NotNil(t, d.Files)
	assert.Len(t, *d.Files, 2)
	assert.Equal(t, []string{v.ID, "v0", v.Digest}, []string{d.ID, d.Version, d.Digest})

	r = i.run(t, "artifact", "info", "flower")
	assert.Equal(t, exitStatus(errors.ErrArtifactMissing), r.status)
	assert.Contains(t, r.stderr, `Did you mean "flowers"?`)
	r = i.run(t, "artifact", "info", "flowers:v7")
	assert.Equal(t, exitStatus(errors.ErrArtifactMissing), r.status)
	assert.Contains(t, r.stderr, "flowers:v0")
	assert.Equal(t, exitUsage, i.run(t, "artifact", "info").status)
	assert.Equal(t, exitStatus(errors.ErrInvalidInput), i.run(t, "artifact", "info", "a/b/c/d:v1").status)
	assert.Equal(t, exitStatus(errors.ErrNoAPIKey), on(t, srv.URL(), "").run(t, "artifact", "info", "acme/vision/flowers").status)
}

func TestArtifact_HostileText_PrintsNothingRaw(t *testing.T) {
	t.Parallel()
	descriptions := map[string]string{}
	for name, text := range hostile.Texts() {
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		url := answering(t, map[string]string{
			"ArtifactCollections": strings.ReplaceAll(collectionsData, `"flowers"`, string(quoted)),
			"ArtifactVersions":    strings.ReplaceAll(versionsData, `"COMMITTED"`, string(quoted)),
			"Diagnose":            viewerData,
			"ArtifactMembership": `{"project":{"artifactCollectionMembership":{"versionIndex":0,"aliases":[{"alias":` + string(quoted) + `}],"artifact":{"id":"QQ==",
				"state":"COMMITTED","digest":"d","description":` + string(quoted) + `,"createdAt":"2026-11-28T12:00:00Z","artifactType":{"name":` + string(quoted) + `},
				"artifactSequence":{"name":"ds","project":{"name":"vision","entity":{"name":"acme"}}},"aliases":[],"tags":[{"name":` + string(quoted) + `}]}}}}`,
		})
		i := on(t, url, joKey)
		for _, args := range [][]string{
			{"ls", "acme/vision"},
			{"ls", "acme/vision", "--json"},
			{"ls", "acme/vision/ds"},
			{"ls", text},
			{"info", "acme/vision/ds"},
			{"info", "acme/vision/ds", "--json"},
			{"info", text},
			{"put", text},
			{text},
		} {
			r := i.run(t, append([]string{"artifact"}, args...)...)
			assert.Empty(t, hostile.Raw(strings.ReplaceAll(r.stdout, "\t", " ")), "%s: %.40q: stdout", name, args)
			assert.Empty(t, hostile.Raw(r.stderr), "%s: %.40q: stderr", name, args)
		}
		descriptions[name] = i.run(t, "artifact", "info", "acme/vision/ds").stdout
	}
	for name, text := range descriptions {
		assert.Contains(t, text, "description\t", name)
	}
}
