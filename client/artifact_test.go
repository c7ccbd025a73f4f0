package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/errors"
	"github.com/wandgo/wandgo/internal/journal"
	records "github.com/wandgo/wandgo/internal/record"
)

// loggedArtifacts are the artifacts in the log of a run.
func loggedArtifacts(t *testing.T, dir string) []*records.Artifact {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "*.wandb"))
	require.NoError(t, err)
	require.Len(t, logs, 1)
	r, err := journal.Open(logs[0])
	require.NoError(t, err)
	defer r.Close()
	var got []*records.Artifact
	_, err = journal.Replay(r, &journal.Handler{Artifact: func(a *records.Artifact) error {
		got = append(got, a)
		return nil
	}})
	require.NoError(t, err)
	return got
}

func TestLogArtifact_Offline_IsFixedOnDisk(t *testing.T) {
	t.Parallel()
	c, err := client.New(client.Options{Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "vision", ID: "r1", Mode: client.ModeOffline})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "weights")
	require.NoError(t, os.WriteFile(file, []byte("hello"), 0o600))
	a := artifact.New("net", "model")
	require.NoError(t, a.AddFile(file, "a.txt"))
	up, err := run.LogArtifact(a, client.ArtifactOptions{Aliases: []string{"best", "latest"}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("later"), 0o600))
	<-up.Done()
	_, err = up.Wait(t.Context())
	require.ErrorIs(t, err, client.ErrOffline)
	require.NoError(t, run.Finish(t.Context()))

	got := loggedArtifacts(t, run.Dir())
	require.Len(t, got, 1)
	assert.Equal(t, []string{"net", "model", "vision", "r1", "541f289bb3c6ae786d51e7288e523543"}, []string{got[0].Name, got[0].Type, got[0].Project, got[0].RunID, got[0].Digest})
	assert.Equal(t, []string{"latest", "best"}, got[0].Aliases)
	assert.True(t, got[0].Finalize)
	local := got[0].Manifest.Entries[0].LocalPath
	assert.True(t, strings.HasPrefix(local, filepath.Join(run.Dir(), "artifacts")), local)
	content, err := os.ReadFile(local)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(content))

	_, err = run.LogArtifact(a, client.ArtifactOptions{})
	require.ErrorIs(t, err, errors.ErrRunFinished)
}

func TestLogArtifact_WhatTheServerWouldRefuse_IsRefusedBeforeAnythingIsCopied(t *testing.T) {
	t.Parallel()
	c, err := client.New(client.Options{Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Project: "vision", Mode: client.ModeOffline})
	require.NoError(t, err)
	defer func() { require.NoError(t, run.Finish(t.Context())) }()
	large := artifact.New("net", "model")
	require.NoError(t, large.AddBytes("f", make([]byte, 100)))
	for _, tt := range []struct {
		name     string
		artifact *artifact.Artifact
		opts     client.ArtifactOptions
		want     string
	}{
		{"name", artifact.New("a/b", "model"), client.ArtifactOptions{}, `invalid artifact name "a/b"`},
		{"type", artifact.New("a", "job"), client.ArtifactOptions{}, `invalid artifact type "job"`},
		{"alias", artifact.New("a", "model"), client.ArtifactOptions{Aliases: []string{"a:b"}}, `invalid alias "a:b"`},
		{"part of nothing", artifact.New("a", "model"), client.ArtifactOptions{Partial: true}, "needs a DistributedID"},
		{"nil", nil, client.ArtifactOptions{}, "has no name"},
		{"no constructor", &artifact.Artifact{}, client.ArtifactOptions{}, "has no name"},
		{"too large", large, client.ArtifactOptions{CopyLimit: 99}, "exceed the limit of 99 bytes"},
	} {
		_, err := run.LogArtifact(tt.artifact, tt.opts)
		require.ErrorContains(t, err, tt.want, tt.name)
		assert.NotContains(t, err.Error(), "\n")
	}
	assert.NoDirExists(t, filepath.Join(run.Dir(), "artifacts"))
	assert.Empty(t, loggedArtifacts(t, run.Dir()))
}

func TestLogArtifact_Disabled_DoesNothing(t *testing.T) {
	t.Parallel()
	c, err := client.New(client.Options{Dir: t.TempDir(), Getenv: func(string) string { return "" }})
	require.NoError(t, err)
	run, err := c.Init(t.Context(), client.RunOptions{Mode: client.ModeDisabled})
	require.NoError(t, err)
	up, err := run.LogArtifact(artifact.New("a", "model"), client.ArtifactOptions{})
	require.NoError(t, err)
	_, err = up.Wait(t.Context())
	require.ErrorIs(t, err, client.ErrOffline)
	require.ErrorContains(t, err, "a disabled run stores nothing")
	require.NotContains(t, err.Error(), "sync")
	require.NoError(t, run.Finish(t.Context()))
}
