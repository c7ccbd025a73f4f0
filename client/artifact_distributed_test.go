package client_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wandgo/wandgo/artifact"
	"github.com/wandgo/wandgo/client"
	"github.com/wandgo/wandgo/wandbtest"
)

// names are the names of a version's files.
func names(v wandbtest.ArtifactView) []string {
	var out []string
	for _, f := range v.Files {
		out = append(out, f.Name)
	}
	return slices.Sorted(slices.Values(out))
}

func TestLogArtifact_PartsOfSeveralProcesses_AreOneVersion(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	for i, name := range []string{"a", "b", "c"} {
		c := newClient(t, s, key("member"), quickly)
		run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team", ID: "worker-" + name})
		require.NoError(t, err)
		a := artifact.New("shards", "dataset")
		a.DistributedID = "group-1"
		require.NoError(t, a.AddBytes(name, []byte(name)))
		up, err := run.LogArtifact(a, client.ArtifactOptions{Partial: i < 2})
		require.NoError(t, err)
		v, err := up.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, i < 2, v == nil, "a part is no version")
		require.NoError(t, run.Finish(t.Context()))
	}
	v, ok := s.Artifact("acme/team/shards:v0")
	require.True(t, ok)
	assert.Equal(t, "COMMITTED", v.State)
	assert.Equal(t, []string{"a", "b", "c"}, names(v))
	assert.Equal(t, 1, committed(s))
}

func TestLogArtifact_Incremental_AddsToTheLatestVersion(t *testing.T) {
	t.Parallel()
	s := wandbtest.New(t, everybody())
	c := newClient(t, s, key("member"), quickly)
	run, err := c.Init(t.Context(), client.RunOptions{Entity: "acme", Project: "team"})
	require.NoError(t, err)
	for i, name := range []string{"a", "b"} {
		a := artifact.New("log", "dataset")
		a.Incremental = i > 0
		require.NoError(t, a.AddBytes(name, []byte(name)))
		_, err := run.LogArtifact(a, client.ArtifactOptions{})
		require.NoError(t, err)
	}
	require.NoError(t, run.Finish(t.Context()))
	v, ok := s.Artifact("acme/team/log")
	require.True(t, ok)
	assert.Equal(t, 1, v.Version)
	assert.Equal(t, []string{"a", "b"}, names(v))
}
