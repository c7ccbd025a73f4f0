package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/wandbtest"
)

// answering is a server that answers each operation with its data, and others with null.
func answering(t *testing.T, data map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ OperationName string }
		body, _ := io.ReadAll(r.Body)
		assert.NoError(t, json.Unmarshal(body, &request))
		text := data[request.OperationName]
		if text == "" {
			text = "{}"
		}
		_, _ = io.WriteString(w, `{"data":`+text+`}`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const (
	viewerData      = `{"viewer":{"id":"1","username":"jo","entity":"acme","accountType":"USER","teams":{"edges":[{"node":{"name":"acme"}}]}},"entity":{"name":"acme","isTeam":true,"readOnly":false},"project":{"readOnly":false}}`
	collectionsData = `{"project":{"artifactCollections":{"pageInfo":{"hasNextPage":false},"edges":[
		{"node":{"name":"net","createdAt":"2026-11-28T12:00:00Z","defaultArtifactType":{"name":"model"}}},
		{"node":{"name":"flowers","description":"irises\tand \u001b[31mmore","createdAt":"2026-11-27T12:00:00","defaultArtifactType":{"name":"dataset"}}}]}}}`
	versionsData = `{"project":{"artifactCollection":{"artifacts":{"pageInfo":{"hasNextPage":false},"edges":[{"version":"v1","node":{"id":"QQ==",
		"state":"COMMITTED","digest":"541f289bb3c6ae786d51e7288e523543","size":1234567,"fileCount":20,"createdAt":"2026-11-28T12:00:00Z","artifactType":{"name":"dataset"},
		"aliases":[{"alias":"v1","artifactCollectionName":"flowers"},{"alias":"latest","artifactCollectionName":"flowers"},{"alias":"best","artifactCollectionName":"flowers"}]}}]}}}}`
)

func TestArtifactLs_InAPipe_PrintsTabs(t *testing.T) {
	t.Parallel()
	url := answering(t, map[string]string{"ArtifactCollections": collectionsData, "ArtifactVersions": versionsData, "Viewer": viewerData})
	for _, args := range [][]string{{"acme/vision"}, {"vision"}, {}} {
		r := on(t, url, joKey).run(t, append([]string{"artifact", "ls"}, args...)...)
		require.Zero(t, r.status, r.stderr)
		assert.Equal(t, "flowers\tdataset\t2026-11-27T12:00:00Z\tirises and \\x1b[31mmore\nnet\tmodel\t2026-11-28T12:00:00Z\t\n", r.stdout)
	}
	r := on(t, url, joKey).run(t, "artifact", "ls", "acme/vision", "--type", "model")
	assert.Equal(t, "net\tmodel\t2026-11-28T12:00:00Z\t\n", r.stdout)
	r = on(t, url, joKey).run(t, "artifact", "ls", "acme/vision/flowers")
	require.Zero(t, r.status, r.stderr)
	assert.Equal(t, "v1\tbest,latest\tcommitted\t20\t1234567\t2026-11-28T12:00:00Z\t541f289bb3c6ae786d51e7288e523543\n", r.stdout)
	r = on(t, url, joKey).run(t, "artifact", "ls", "acme/vision/flowers", "--json")
	assert.JSONEq(t, `[{"version":"v1","aliases":["best","latest"],"id":"QQ==","type":"dataset","state":"COMMITTED","digest":"541f289bb3c6ae786d51e7288e523543",
		"description":"","size":1234567,"files":20,"createdAt":"2026-11-28T12:00:00Z"}]`, r.stdout)
}

func TestArtifactLs_TypeThatNoneHas_NamesTheTypes(t *testing.T) {
	t.Parallel()
	url := answering(t, map[string]string{"ArtifactCollections": collectionsData, "ArtifactVersions": versionsData, "Viewer": viewerData})
	for args, want := range map[string]string{
		"acme/vision":         `No artifacts of type "weights" in acme/vision. The types there: dataset, model.`,
		"acme/vision/flowers": `No versions of type "weights" of acme/vision/flowers. The types there: dataset.`,
	} {
		r := on(t, url, joKey).run(t, "artifact", "ls", args, "--type", "weights")
		require.Zero(t, r.status, r.stderr)
		assert.Empty(t, r.stdout)
		assert.Equal(t, want+"\n", r.stderr)
		r = on(t, url, joKey).run(t, "artifact", "ls", args, "--type", "weights", "--json")
		assert.Equal(t, "[]\n", r.stdout)
		assert.Equal(t, want+"\n", r.stderr)
	}
}

func TestArtifactLs_Missing_ExplainsWithTheStatusOfTheCause(t *testing.T) {
	t.Parallel()
	url := answering(t, map[string]string{
		"ArtifactCollections": `{"project":null}`, "ArtifactVersions": `{"project":{"artifactCollection":null}}`, "Diagnose": viewerData,
		"ProbeArtifact": `{"project":{}}`, "ProbeArtifactNames": `{"project":{"artifactCollections":{"edges":[{"node":{"name":"flowers"}}]}}}`,
	})
	r := on(t, url, joKey).run(t, "artifact", "ls", "acme/vision/flower")
	assert.Equal(t, exitStatus(errors.ErrArtifactMissing), r.status)
	assert.Contains(t, r.stderr, "Cannot read artifact acme/vision/flower")
	assert.Contains(t, r.stderr, `Did you mean "flowers"?`)
	r = on(t, url, "").run(t, "artifact", "ls", "acme/vision")
	assert.Equal(t, exitStatus(errors.ErrNoAPIKey), r.status)
}

// For the other commands, a name is that of an artifact.
func TestArtifactLs_MissingProject_NamesTheFormOfAnArtifact(t *testing.T) {
	t.Parallel()
	srv := wandbtest.New(t, testWorld())
	for path, want := range map[string]string{
		"flowers":        `Note: artifact ls reads "flowers" as a project. To list the versions of an artifact: wandgo artifact ls ENTITY/vision/flowers`,
		"vision/flowers": `Note: artifact ls reads "vision/flowers" as a project. To list the versions of an artifact: wandgo artifact ls ENTITY/vision/flowers`,
	} {
		i := on(t, srv.URL(), joKey)
		i.vars["WANDB_PROJECT"] = "vision"
		r := i.run(t, "artifact", "ls", path)
		assert.Contains(t, []int{exitStatus(errors.ErrProjectMissing), exitStatus(errors.ErrNotTeamMember)}, r.status, r.stderr)
		assert.Contains(t, r.stderr, want)
	}
}

func TestArtifact_CommandLine_IsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args           string
		status         int
		stdout, stderr string
	}{
		{"artifact", exitUsage, "", "Usage: wandgo artifact"},
		{"artifact lss", exitUsage, "", "did you mean ls?"},
		{"artifact --help", exitAllowed, "Commands:", ""},
		{"artifact ls --help", exitAllowed, "--type T", ""},
		{"help artifact", exitAllowed, "Commands:", ""},
		{"help artifact ls", exitAllowed, "--type T", ""},
		{"help artifact lss", exitUsage, "", "did you mean ls?"},
		{"help artifact ls x", exitUsage, "", "expected at most one command"},
		{"help board export", exitAllowed, "board export RUN", ""},
		{"artifact ls a b", exitUsage, "", "expected at most one path"},
		{"artifact ls a/b/c/d", exitUsage, "", "expected at most one path"},
		{"artifact ls a//c", exitUsage, "", "expected at most one path"},
		{"artifact ls flowers:v0", exitUsage, "", "by its name alone: entity/project/flowers\n"},
		{"artifact ls acme/vision/flowers:v0", exitUsage, "", "by its name alone: acme/vision/flowers\n"},
	} {
		r := in(t, nil).run(t, strings.Fields(tt.args)...)
		assert.Equal(t, tt.status, r.status, tt.args)
		assert.Contains(t, r.stdout, tt.stdout, tt.args)
		assert.Contains(t, r.stderr, tt.stderr, tt.args)
	}
}
